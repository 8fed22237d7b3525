"""Hours and ladder of a desk for which nobody has set any."""

from datetime import time

QUIET_FROM, QUIET_TO = time(22), time(7)
DIGEST_AT = time(8, 30)
ESCALATE_MIN = (10, 20)
"""[min]"""
LANG = "zh-CN"
