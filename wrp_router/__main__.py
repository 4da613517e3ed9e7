"""`python -m wrp_router` is `wrp`."""

import sys

from wrp_router.cli import main

sys.exit(main())
