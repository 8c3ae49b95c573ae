"""`python -m collector.cli`: the same as `driftkoll`."""

import sys

from collector.cli import main

sys.exit(main())
