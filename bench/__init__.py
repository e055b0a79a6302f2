"""Benchmarks: this relay beside floors and peers, all in one run; `python -m bench` prints ratios."""
