"""Django settings. What a county sets comes from LIANFANG_* variables; sensible for one laptop without any."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

PACKAGE = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("LIANFANG_VAR", "var")).resolve()


# how long a write waits for somebody else's before it is told that the database is busy
LOCK_SECONDS = float(os.environ.get("LIANFANG_LOCK_SECONDS", "20"))


def _secret() -> str:
    """Return the signing secret, made once and kept beside the data."""
    path = VAR / "secret"
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


def _database(url: str) -> dict[str, object]:
    """Return Django's settings for postgresql://… or sqlite:///path."""
    parts = urlsplit(url)
    if parts.scheme in ("postgresql", "postgres"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "OPTIONS": {"application_name": "lianfang", "options": f"-c lock_timeout={int(LOCK_SECONDS * 1000)}"},
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": unquote(parts.path[1:]) if url else str(VAR / "lianfang.sqlite3"),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "timeout": LOCK_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY",
        },
    }


DEBUG = False
SECRET_KEY = os.environ.get("LIANFANG_SECRET") or _secret()
ALLOWED_HOSTS = os.environ.get("LIANFANG_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("LIANFANG_ORIGINS", "").split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    *(
        f"lianfang.foundation.{app}"
        for app in (
            "accounts", "access", "privacy", "audit", "jobs", "events", "actions", "gaps", "attachments",
            "administration", "devices", "exports", "intake", "retention", "workbench",
        )
    ),
    *(
        f"lianfang.domain.{app}"
        for app in (
            "areas", "places", "people", "incidents", "organisation", "workforce", "screening", "checkpoints",
            "observation", "welfare", "supervision", "reports",
        )
        if (PACKAGE / "domain" / app / "apps.py").exists()
    ),
    "lianfang.doors.files",
]  # fmt: skip

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_USER_MODEL = "accounts.Account"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_CALLABLE = "lianfang.doors.api.session.locked_out"
CSRF_FAILURE_VIEW = "lianfang.doors.api.answers.csrf_failure"

ROOT_URLCONF = "lianfang.config.urls"
WSGI_APPLICATION = "lianfang.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "DIRS": [PACKAGE / "doors" / "public" / "templates"],
    }
]
DATABASES = {"default": _database(os.environ.get("LIANFANG_DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
WHITENOISE_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
STATICFILES_DIRS = [PACKAGE / "web_dist"] if (PACKAGE / "web_dist").exists() else []
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/(console|field)/assets/.+$"

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "lianfang_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("LIANFANG_HTTPS", "") == "1"
# the proxy in front says how it was reached, and without TLS in front nobody may say so
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 2**20
FILE_UPLOAD_TEMP_DIR = None

LIANFANG_ROLES = "lianfang.config.roles"
LIANFANG_WIRING = "lianfang.config.wiring"
LIANFANG_KEYS_FILE = os.environ.get("LIANFANG_KEYS_FILE", str(VAR / "keys.json"))
LIANFANG_FILES = os.environ.get("LIANFANG_FILES", str(VAR / "files"))
LIANFANG_NAMED_EXPORT_ROWS = int(os.environ.get("LIANFANG_NAMED_EXPORT_ROWS", "500"))
LIANFANG_NAMED_EXPORT_DAYS = int(os.environ.get("LIANFANG_NAMED_EXPORT_DAYS", "14"))
# for how many days without contact a phone may hold its grid
LIANFANG_PHONE_DAYS = int(os.environ.get("LIANFANG_PHONE_DAYS", "7"))
LIANFANG_MAX_UPLOAD = int(os.environ.get("LIANFANG_MAX_UPLOAD_MB", "300")) * 2**20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    # because a busy server asked again after some seconds is no trouble of the server's
    "filters": {
        "no_busy": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", 0) != 503,
        }
    },
    "loggers": {"django.request": {"filters": ["no_busy"]}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LIANFANG_LOG", "WARNING")},
}
LIANFANG_ACTOR_SECONDS = float(os.environ.get("LIANFANG_ACTOR_SECONDS", "2"))
