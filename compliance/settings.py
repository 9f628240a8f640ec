"""All settings, from the environment only (see the operator's reference in the manual for each name).

With nothing set, everything lives in one private folder: SQLite, evidence, the queue and the keys.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab

from compliance import env

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = env.home("PROBANDA_HOME", BASE_DIR / "var")

DEBUG = env.flag("PROBANDA_DEBUG")
SECRET_KEY = env.secret_key("PROBANDA_SECRET_KEY", HOME)
BASE_URL = env.site("PROBANDA_BASE_URL", "http://127.0.0.1:8000")
SECURE_ON = urlsplit(BASE_URL).scheme == "https"
_host = str(urlsplit(BASE_URL).hostname)
_own_names = dict.fromkeys(["127.0.0.1", "localhost", "[::1]", f"[{_host}]" if ":" in _host else _host])
ALLOWED_HOSTS = env.words("PROBANDA_ALLOWED_HOSTS", list(_own_names))
CSRF_TRUSTED_ORIGINS = [BASE_URL]

INSTALLED_APPS = [
    "compliance.apps.ComplianceConfig",
    "audits.apps.AuditsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "compliance.web.middleware.OriginMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "compliance.web.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "compliance.web.middleware.FirstStartMiddleware",
    "compliance.web.middleware.RefusedMiddleware",
    "compliance.web.middleware.NoStoreMiddleware",
]

ROOT_URLCONF = "compliance.urls"
WSGI_APPLICATION = "compliance.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "compliance.web.context.site",
            ],
            "builtins": [
                "compliance.web.templatetags.probanda",
                "compliance.web.templatetags.determinations",
                "compliance.web.templatetags.standing",
                "compliance.web.templatetags.row_parts",
            ],
        },
    }
]

DATABASES = {"default": env.database("DATABASE_URL", HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "compliance.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SETUP_CODE = env.text("PROBANDA_SETUP_CODE")  # asked for at the first start, unless the visitor is at this machine
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "compliance.people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people come by an administrator's invitation, which proves the address
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to an address that a stranger typed
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up by themselves, so nobody can lock another out
MFA_TOTP_ISSUER = "Probanda"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = urlsplit(BASE_URL).scheme == "http"  # browsers allow it on localhost only
SOCIALACCOUNT_ONLY = False
ACCOUNT_FORMS = {"login": "compliance.people.sign_in.SignInForm"}
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}
if env.text("PROBANDA_OIDC_URL"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.text("PROBANDA_OIDC_NAME", "your organisation"),
                "client_id": env.needed("PROBANDA_OIDC_CLIENT_ID", "PROBANDA_OIDC_URL"),
                "secret": env.needed("PROBANDA_OIDC_SECRET", "PROBANDA_OIDC_URL"),
                "settings": {"server_url": env.url("PROBANDA_OIDC_URL", "", ["https", "http"])},
            }
        ],
    }
    # A link, since the content security policy stops a form that is sent on to another machine.
    SOCIALACCOUNT_LOGIN_ON_GET = True
    SOCIALACCOUNT_ADAPTER = "compliance.people.adapter.SocialAccountAdapter"

# -- the API ----------------------------------------------------------------------------------------------------------
API_REQUESTS_A_MINUTE = env.whole("PROBANDA_API_REQUESTS_A_MINUTE", 600, least=1)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "compliance.web.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["compliance.web.api.throttles.PerCaller"],
    "DEFAULT_PAGINATION_CLASS": "compliance.web.api.paging.Cursor",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "compliance.web.api.schema.Described",
    "EXCEPTION_HANDLER": "compliance.web.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Probanda",
    "DESCRIPTION": "What the pages do, for programs: the same rules, the same sentences, the same trail.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/o/{org}/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
    "ENUM_NAME_OVERRIDES": {
        "WorkState": "audits.work.models.State",
        "DeliveryState": "compliance.webhooks.models.Delivery.State",
        "SystemStatus": "compliance.systems.models.Status",
        "DossierStatus": "audits.dossiers.models.Status",
    },
}

OUTWARD_HOSTS = env.words("PROBANDA_OUTWARD_HOSTS", [])  # of the operator's own network, that may be asked

# -- what is kept -----------------------------------------------------------------------------------------------------
STORAGE_URL = env.storage("PROBANDA_STORAGE_URL", HOME / "evidence")
if STORAGE_URL.startswith("s3:"):
    env.package("PROBANDA_STORAGE_URL", "boto3", "s3")
KEYS_DIR = HOME / "keys"
OUT_DIR = HOME / "out"
FETCH_LINKS = env.flag("PROBANDA_FETCH_LINKS")  # off: a link is kept as an address, and nobody is asked for its page
MAX_EVIDENCE_BYTES = env.whole("PROBANDA_MAX_EVIDENCE_MB", 200, least=1) * 1024 * 1024
MAX_APPLICANTS_BYTES = env.whole("PROBANDA_MAX_APPLICANTS_MB", 1024, least=1) * 1024 * 1024
QUERIES = env.queries("PROBANDA_QUERIES")  # the operator's own, by database and name; members choose, and write none
SOURCES = env.sources("PROBANDA_SOURCES", QUERIES)  # databases that members may have counted; passwords are not here
SOURCES_TIMEOUT = env.whole("PROBANDA_SOURCES_TIMEOUT", 0)
SIGNING_PKCS12 = env.text("PROBANDA_SIGNING_PKCS12")
SIGNING_PASSWORD_NAME = "PROBANDA_SIGNING_PASSWORD"  # noqa: S105 - a name; read when signing, never kept in settings
SIGNING_LEVEL = env.one_of("PROBANDA_SIGNING_LEVEL", "B-B", ["B-B", "B-T", "B-LT", "B-LTA"])
SIGNING_TRUST = env.text("PROBANDA_SIGNING_TRUST")  # the certificates that signers' own lead to
SIGNING_PKCS11 = env.text("PROBANDA_SIGNING_PKCS11")  # the library of a token, and its label
SIGNING_PKCS11_TOKEN = env.text("PROBANDA_SIGNING_PKCS11_TOKEN")
RENEW_DAYS = env.whole("PROBANDA_RENEW_DAYS", 365, least=1)
TIMESTAMP_URL = env.url("PROBANDA_TIMESTAMP_URL", "", ["http", "https"])  # a time authority (RFC 3161)
TIMESTAMP_TRUST = env.text("PROBANDA_TIMESTAMP_TRUST")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # two published tables of 2 MB that a page carries on, and their form
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "compliance.web.uploads.UploadHandler",
]
FILE_UPLOAD_TEMP_DIR = HOME / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(mode=0o700, exist_ok=True)
FILE_UPLOAD_PERMISSIONS = 0o600

# -- work in the background: the row is the truth, a message only a nudge ------------------------------------------
CELERY_BROKER_URL = env.url(
    "CELERY_BROKER_URL",
    "filesystem://localhost",
    ["filesystem", "redis", "rediss", "amqp", "amqps", "unix", "redis+socket"],
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CONCURRENCY = env.whole("PROBANDA_WORKERS", 2, least=1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # nothing uses it, and it would make a queue for each worker
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: a killed worker leaves no half-written schedule behind
LEASE_SECONDS = env.whole("PROBANDA_LEASE_SECONDS", 20, least=1)  # until a silent worker counts as dead
CELERY_BEAT_SCHEDULE = {
    "tell-webhooks": {"task": "compliance.webhooks.tell", "schedule": 20.0},
    "forget-answers": {"task": "compliance.tokens.forget_answers", "schedule": 3600.0},
    "forget-checks": {"task": "audits.published.forget", "schedule": 3600.0},
    "take-up-left-work": {"task": "audits.work.take_up_left_work", "schedule": min(15.0, LEASE_SECONDS / 2)},
    "count-today": {"task": "compliance.progress.count_today", "schedule": 3600.0},
    "take-up-left-evidence": {"task": "compliance.evidence.take_up_left", "schedule": max(30.0, LEASE_SECONDS)},
    "nightly-fixity": {"task": "compliance.evidence.nightly_fixity", "schedule": crontab(hour=1, minute=30)},
    "send-left-letters": {"task": "compliance.outbox.send_left", "schedule": 60.0},
    "remind": {"task": "compliance.reminders.send", "schedule": 300.0},
    "recheck-approvals": {"task": "compliance.checklists.recheck_approvals", "schedule": crontab(hour=0, minute=10)},
}
if "redis" in urlsplit(CELERY_BROKER_URL).scheme:
    env.package("CELERY_BROKER_URL", "redis", "redis")
if CELERY_BROKER_URL.startswith("filesystem:"):
    CELERY_BROKER_TRANSPORT = "compliance.queue:Transport"
    _queue = HOME / "broker"
    for _folder in ("messages", "control"):
        (_queue / _folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
        "store_processed": False,
    }

# -- what all processes count together, such as requests and failed sign-ins ---------------------------------------
CACHES: dict[str, dict[str, object]]
if "redis" in urlsplit(CELERY_BROKER_URL).scheme and not CELERY_BROKER_URL.startswith("redis+socket"):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CELERY_BROKER_URL}}
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(HOME / "counted"),
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }

# -- mail: kept as files until an operator names a server ------------------------------------------------------------
EMAIL_HOST = env.text("PROBANDA_SMTP_HOST")
EMAIL_TIMEOUT = 60  # a silent server is given up before another worker takes up the mail
if EMAIL_HOST:
    EMAIL_PORT = env.whole("PROBANDA_SMTP_PORT", 587, least=1)
    EMAIL_HOST_USER = env.text("PROBANDA_SMTP_USER")
    EMAIL_HOST_PASSWORD = env.text("PROBANDA_SMTP_PASSWORD")
    EMAIL_USE_TLS = env.flag("PROBANDA_SMTP_TLS", True)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(HOME / "mail")
DEFAULT_FROM_EMAIL = env.text("PROBANDA_MAIL_FROM", f"Probanda <probanda@{urlsplit(BASE_URL).hostname}>")

# -- what is public of an organisation -------------------------------------------------------------------------------
WELL_KNOWN = env.text("PROBANDA_WELL_KNOWN")  # whose published audits /.well-known/audits.json lists

# -- words, times, files ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"  # of what is written down for good, too: see compliance/trail/recorded.py
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
]  # each by its own name
LANGUAGE_COOKIE_SECURE = SECURE_ON
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["compliance.formats"]
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static", ("fonts", BASE_DIR / "audits" / "dossiers" / "fonts")]  # one set of typefaces
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(mode=0o700, exist_ok=True)  # WhiteNoise warns of a folder that is not there
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

# -- what a browser is told -------------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_ON
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31536000 if SECURE_ON else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_ON
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # to be built into browsers is a domain owner's choice, and hard to undo
SECURE_SSL_REDIRECT = SECURE_ON and env.flag("PROBANDA_SSL_REDIRECT", True)
TRUSTED_PROXIES = env.whole("PROBANDA_TRUSTED_PROXIES", int(env.flag("PROBANDA_BEHIND_PROXY")))
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = (
        TRUSTED_PROXIES  # failed sign-ins are counted by visitor; all seem to come from the proxy otherwise
    )
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "compliance.web.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.one_of("PROBANDA_LOG_LEVEL", "WARNING", LOG_LEVELS)},
    "loggers": {"probanda": {"level": "INFO"}},
}
