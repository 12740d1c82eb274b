"""Runs a command and writes the largest resident set of its process, in bytes, to FOLDER/<process id>.

usage: peak.py FOLDER COMMAND ...
"""

import os
import pathlib
import subprocess
import sys

process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
(pathlib.Path(sys.argv[1]) / str(process.pid)).write_text(str(usage.ru_maxrss * 1024), encoding="utf-8")
sys.exit(process.returncode)
