"""`python -m civicwatt`: the same as `civicwatt`, for whoever knows only the interpreter."""

import sys

from civicwatt.cli import main

sys.exit(main())
