"""Style of the page of a bundle, and the policy that lets nothing but it in. Pure."""

import base64
import hashlib

STYLE = """
:root { color-scheme: light dark; --line: #c9d1d9; --soft: #57606a; --mark: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #9198a1; --mark: #6cb6ff; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; }
details { border-left: 2px solid var(--line); margin: .3rem 0; padding: .1rem 0 .1rem .8rem; }
details[open] { border-color: var(--mark); }
summary { cursor: pointer; display: flex; gap: 1rem; justify-content: space-between; }
summary::before { content: "+"; color: var(--mark); width: 1ch; }
details[open] > summary::before { content: "-"; }
summary > :first-of-type { flex: 1; }
.money, td.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .4rem 0; font-size: .9rem; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .6rem; text-align: left; }
th { color: var(--soft); font-weight: 600; }
code, .formula { font-family: ui-monospace, monospace; font-size: .88rem; overflow-wrap: anywhere; }
td .formula { display: inline-block; min-width: 14rem; }
ul { list-style: none; padding-left: 1rem; margin: .2rem 0; } a { color: var(--mark); }
:target { outline: 2px solid var(--mark); outline-offset: 4px; }
.soft { color: var(--soft); font-size: .9rem; } .paid { font-size: 1.6rem; font-weight: 600; }
input[name="tongue"] { margin-left: 1rem; }
#tongue-zh:checked ~ * .en, #tongue-en:checked ~ * .zh { display: none; }
@media print { input, label { display: none; } }
"""


def policy() -> str:
    """Content security policy: this style by its digest, and nothing else, from nowhere."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
