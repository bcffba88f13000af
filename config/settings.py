"""Every setting of Haven, from environment variables; safe when a variable is unset.

Without DATABASE_URL this is one person's machine (`make run`): the embedded servers under var/ are used. With it,
everything below defaults to what production needs. Must not hold any product rule.
"""

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import embedded, environment, logs, static_headers

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = embedded.var_dir()

# On one machine, for trying and testing: http, no host names, readable logs. Never set it on a server.
DATABASE_URL = environment.secret("DATABASE_URL")
LOCAL = environment.flag("HAVEN_LOCAL", default=not DATABASE_URL)
DEBUG = environment.flag("DEBUG", default=False)

# Empty refuses to start (config.checks); the embedded servers bring a random one of this installation's own.
SECRET_KEY = environment.secret("SECRET_KEY") or embedded.secret_key()
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")

# With it contacts are hashed, so that one seen before is known again. Unset: derived from SECRET_KEY, and a new
# SECRET_KEY then forgets which contacts were seen.
CONTACT_KEY = environment.secret("CONTACT_KEY")

# With the first of these texts are encrypted, with all of them read, each as name:secret. Unset: made from SECRET_KEY.
TEXT_KEYS = environment.secret("TEXT_KEYS").split()

ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "localhost 127.0.0.1 [::1]" if LOCAL else "")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "accounts",
    "moderation",
    "config.apps.ConfigConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "ninja",
    "pgtrigger",
    "template_partials",
]

MIDDLEWARE = [
    "config.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.private_responses",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.bounded_bodies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.gate.Gate",
    "moderation.http.Refusals",
    "config.replica.choose_database",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database. The runtime role may not change tables or the audit log; manage.py asks for the owner where it must.
AS_OWNER = environment.text("HAVEN_DATABASE_ROLE") == "owner"
POOLED = environment.flag("DATABASE_POOLED", default=False)  # a PgBouncer in transaction mode stands in between
STATEMENT_TIMEOUT_S = environment.number("DATABASE_STATEMENT_TIMEOUT", default=30)


def _service_url() -> str:
    return DATABASE_URL or embedded.database_url("haven_app")


def _default_database() -> dict[str, Any]:
    if not AS_OWNER:
        return _database(_service_url())
    default = DATABASE_URL or embedded.database_url("haven_owner")
    return _database(environment.secret("DATABASE_OWNER_URL") or default, name="DATABASE_OWNER_URL")


def _database(url: str, *, name: str = "DATABASE_URL") -> dict[str, Any]:
    database = environment.database(url, name=name)
    options = database["OPTIONS"]
    options.setdefault("connect_timeout", "5")
    options.setdefault("application_name", "haven")
    if STATEMENT_TIMEOUT_S and not AS_OWNER and not POOLED:  # a pooler refuses them: the role carries them then
        limits = f"-c statement_timeout={STATEMENT_TIMEOUT_S}s -c idle_in_transaction_session_timeout=60s"
        options["options"] = f"{limits} {options.get('options', '')}".strip()
    return database | {
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": environment.number("DATABASE_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        # A cursor of the server's outlives its transaction, which a pooled connection does not.
        "DISABLE_SERVER_SIDE_CURSORS": POOLED,
    }


DATABASES = {"default": _default_database()}
# A copy that may be some seconds behind, for the pages that config.replica names. Unset: there is none.
if REPLICA_URL := environment.secret("DATABASE_REPLICA_URL"):
    DATABASES["replica"] = _database(REPLICA_URL, name="DATABASE_REPLICA_URL") | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["config.replica.Router"]
# Whom grant_app_role gives the rights of the running service, whoever runs the command.
DATABASE_APP_ROLE: str = environment.database(_service_url())["USER"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis carries hints and short-lived counters only. Losing it loses nothing, so nothing waits for it for long.
REDIS_URL = environment.redis_url(environment.secret("REDIS_URL") or embedded.redis_url())
CACHES = {
    "default": {
        "BACKEND": "config.cache.OptionalRedisCache",
        "LOCATION": [REDIS_URL],
        "KEY_PREFIX": "haven",
        "OPTIONS": {
            "serializer": "config.cache.JSONSerializer",
            "socket_timeout": 1,
            # redis-py would retry ten times with growing pauses before it admits that the server is away.
            "retry": Retry(NoBackoff(), 1),
        }
        | ({} if REDIS_URL.startswith("unix:") else {"socket_connect_timeout": 1}),
    }
}

# Celery. A task is only a hint: docs/architecture.md tells what follows of that.
CELERY_BROKER_URL = environment.secret("CELERY_BROKER_URL") or environment.broker_url(REDIS_URL)
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # of the few that are acknowledged late
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,  # longer than any task with its wait in the worker
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
ALIVE_FILE = environment.text("ALIVE_FILE")  # touched by workers and beat, for probes that look at its age
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "background"
CELERY_TASK_ROUTES = {
    "moderation.tasks.screen_messages": {"queue": "screening"},
    "moderation.tasks.deliver_outbox": {"queue": "delivery"},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # A hint that nobody took before the next one comes is worthless: it expires instead of piling up.
    task: {"task": f"moderation.tasks.{task}", "schedule": seconds, "options": {"expires": seconds}}
    for task, seconds in {
        "count_cases": 2.0,
        "seal_audit": 2.0,
        "tell_audit_head": 60.0,
        "screen_messages": 5.0,
        "deliver_outbox": 5.0,
        "release_expired_leases": 15.0,
        "expire_sanctions": 30.0,
        "escalate_unanswered": 30.0,
        "mark_seen_contacts": 60.0,
        "gather_clusters": 60.0,
        "tell_check_ins": 60.0,
        "try_policies": 15.0,
        "count_transparency": 600.0,
        "recount_cases": 24 * 3600.0,
        "carry_out_erasures": 600.0,
    }.items()
}
CELERY_BEAT_SCHEDULE["plan_check_ins"] = {
    "task": "moderation.tasks.plan_check_ins",
    "schedule": crontab(hour="2", minute="40"),  # UTC; every night
}

CELERY_BEAT_SCHEDULE["let_go_what_is_over"] = {
    "task": "moderation.tasks.let_go_what_is_over",
    "schedule": crontab(hour="3", minute="20"),  # UTC; every night
}

# Signing in: staff accounts that an admin invited or the directory vouches for; nobody signs up.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},  # 20,000 of them, kept in Django
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.NotRepetitive"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_ADAPTER = "accounts.adapters.Staff"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# Only attempts that failed are counted, and never by user name alone: accounts.adapters says by what.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "30/m/ip,5/300s/key",
    "login_failed_known": "10/300s/key",
    "code_failed": "5/300s/key",
}
MFA_ADAPTER = "accounts.second_factor.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are not used
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = {"webauthn_login": None}  # a passkey cannot be guessed, and counting would lock neighbours out
MFA_TOTP_ISSUER = "Haven"
MFA_TOTP_TOLERANCE = 1  # of 30 seconds, for clocks that are not quite right
MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
MFA_FORMS = {
    "authenticate": "accounts.factor_forms.CodeForm",
    "authenticate_webauthn": "accounts.factor_forms.PasskeyForm",
}

# Single sign-on by OpenID Connect; off without an issuer.
OIDC_ISSUER = environment.text("OIDC_ISSUER").rstrip("/")
OIDC_NAME = environment.text("OIDC_NAME", "Single sign-on")
OIDC_ROLES_CLAIM = environment.text("OIDC_ROLES_CLAIM", "groups")
OIDC_ROLES = environment.pairs("OIDC_ROLES", among=("moderator", "senior", "admin", "auditor"))
OIDC_SECOND_FACTORS = environment.words("OIDC_SECOND_FACTORS")
SOCIALACCOUNT_ADAPTER = "accounts.directory.Directory"
SOCIALACCOUNT_LOGIN_ON_GET = True  # `form-action 'self'` would stop a form that is led on to the provider
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "oidc"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": environment.text("OIDC_CLIENT_ID"),
                "secret": environment.secret("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}

# How many proxies of one's own stand in front, so that sign-in limits count people and not the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("TRUSTED_PROXY_COUNT", default=0)

# Browser. HTTPS is assumed unless this is one person's machine.
HTTPS = environment.flag("HTTPS", default=not LOCAL)
SESSION_COOKIE_AGE = environment.number("SESSION_HOURS", default=12, least=1) * 60 * 60  # from signing in
SESSION_IDLE_S = environment.number("SESSION_IDLE_MINUTES", default=60, least=5) * 60  # without anything being done
FRESH_FOR_S = (
    environment.number("STEP_UP_MINUTES", default=10, least=1) * 60
)  # how long a second factor counts as fresh
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-haven-session" if HTTPS else "haven-session"
CSRF_COOKIE_NAME = "__Host-haven-csrf" if HTTPS else "haven-csrf"
DEVICE_COOKIE_NAME = "__Host-haven-device" if HTTPS else "haven-device"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # probes speak plain http to the process itself
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if environment.number("TRUSTED_PROXY_COUNT", default=0) else None
)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-src": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "worker-src": [NONE],
        "manifest-src": [NONE],
        # Markup becomes elements only through the policy of static/js/trusted.js; text never becomes a script.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default", "haven-inspect"],
    }
}
METRICS_TOKEN = environment.secret("METRICS_TOKEN")  # for whoever scrapes /metrics; empty: there is no such page
API_CALLS_PER_MINUTE = environment.number("API_CALLS_PER_MINUTE", default=6000, least=1)  # by one key
INTAKE_BACKLOG = environment.number("INTAKE_BACKLOG", default=2_000_000, least=1)  # unscreened; more are not taken
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # the largest body the machine interface promises to take
DATA_UPLOAD_MAX_NUMBER_FILES = 0  # Haven takes no files: a form that brings one is refused

STATIC_URL = "static/"
STATIC_ROOT = None if LOCAL else BASE_DIR / "staticfiles"  # one's own machine needs no collectstatic
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # Haven keeps no files
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_ADD_HEADERS_FUNCTION = static_headers.static_headers

# The chat platform that learns of sanctions, and what counts as the community's own site.
WEBHOOK_URL = environment.text("WEBHOOK_URL")

# What links in notices begin with; without it, the first of the allowed hosts.
PUBLIC_URL = environment.text("PUBLIC_URL").rstrip("/") or (
    "http://localhost:8000" if LOCAL else f"https://{ALLOWED_HOSTS[0]}" if ALLOWED_HOSTS else ""
)
WEBHOOK_SECRET = environment.secret("WEBHOOK_SECRET")
WEBHOOK_ALLOW_PRIVATE = environment.flag("WEBHOOK_ALLOW_PRIVATE", default=False)
HAVEN_OWN_DOMAINS = environment.words("HAVEN_OWN_DOMAINS", "7cups.com")
HAVEN_ALLOWED_CONTACTS = environment.entries("HAVEN_ALLOWED_CONTACTS")
HAVEN_PRIVATE_TERMS = environment.pairs(
    "HAVEN_PRIVATE_TERMS",  # the kinds of moderation.prescreen.Kind, which settings cannot import
    among=("phone", "email", "social_handle", "messaging_app", "url", "postal_address", "other"),
)

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

LOGGING = logs.logging_settings(
    readable=environment.flag("LOG_READABLE", default=LOCAL),
    level=environment.text("LOG_LEVEL", "INFO").upper(),
)
logs.configure_structlog()
