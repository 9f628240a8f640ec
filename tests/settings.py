"""The application's own settings, in a private folder that lasts as long as the tests.

Nothing of the operator's is read or written: only DATABASE_URL and CELERY_BROKER_URL pass through, so that the same
suite runs on SQLite and on the services that `make services` starts.
"""

import atexit
import os
import shutil
import tempfile

for _name in [name for name in os.environ if name.startswith("PROBANDA_")]:
    del os.environ[_name]
_home = tempfile.mkdtemp(prefix="probanda-tests-")
_owner = os.getpid()


@atexit.register
def _leave() -> None:
    if os.getpid() == _owner:  # not in a forked child
        shutil.rmtree(_home, ignore_errors=True)


os.environ["PROBANDA_HOME"] = _home

from compliance.lib.messages import build  # noqa: E402
from compliance.settings import *  # noqa: E402, F403
from compliance.settings import BASE_DIR  # noqa: E402

build(BASE_DIR / "locale")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # for speed: no real password is ever hashed here
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
