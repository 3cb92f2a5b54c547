"""Reads `config.toml` and the environment into the settings class that each folder defines for itself."""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from analytics.model import RecordSettings
from escalation.model import DeskSettings
from intents.model import MatchingSettings
from knowledge.model import KnowledgeSettings

from .texts import LANGUAGES, Texts, UnknownText

PREFIX = "ZEROLEVEL_"
CONFIG_VARIABLE = "ZEROLEVEL_CONFIG"
DEFAULT_FILE = Path("config.toml")
SECRETS = frozenset({"database.password"})
DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


class ConfigurationError(Exception):
    """The configuration cannot be used; each line of `str()` says which setting, where it was found, and what is allowed."""


class ServerSettings(BaseModel):
    """Where the web pages are served."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="Address to listen on; 127.0.0.1 is this machine only, 0.0.0.0 every network.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    base_url: str = Field("", description="Address under which people reach the pages, for links; empty means http://host:port.")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="How much is logged: debug, info, warning or error.")


class DatabaseSettings(BaseModel):
    """Where everything is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(
        "sqlite:///data/zerolevel.db",
        description="SQLAlchemy URL without a password: sqlite:///PATH for one process, postgresql://USER@HOST/NAME for several.",
    )
    password: SecretStr | None = Field(None, description="Password of the database; only from the environment.")
    password_file: str = Field("", description="File whose first line is the password of the database; empty means none.")


class ChatSettings(BaseModel):
    """The web chat, and how the product calls itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    product: str = Field("Zerolevel", description="Name of the assistant, as employees read it.")
    organisation: str = Field("", description="Name of the organisation, shown beside the product; may be empty.")
    language: str = Field("en", description="Language of the texts; see bot/texts/.")
    sign_in_required: bool = Field(default=False, description="Whether employees must sign in before they can use the web chat.")
    examples: list[str] = Field(
        default=["I forgot my password", "VPN keeps dropping", "How do I book a meeting room?", "Where is my payslip?", "I lost my badge"],
        description="Example questions on the empty chat page.",
    )


class SignInSettings(BaseModel):
    """How long a sign-in lasts, and how guessing passwords is slowed down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    idle_minutes: int = Field(480, ge=5, le=10080, description="A sign-in ends after so many minutes without a page.")
    absolute_hours: int = Field(72, ge=1, le=720, description="A sign-in ends after so many hours in any case.")
    attempts: int = Field(5, ge=1, le=100, description="So many wrong passwords in a row lock an account for a while.")
    locked_minutes: int = Field(10, ge=1, le=1440, description="Minutes for which such an account stays locked.")


class Settings(BaseModel):
    """Every setting, by section."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    chat: ChatSettings = ChatSettings()
    signin: SignInSettings = SignInSettings()
    matching: MatchingSettings = MatchingSettings()
    record: RecordSettings = RecordSettings()
    desk: DeskSettings = DeskSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    texts: dict[str, dict[str, Any]] = Field(default={}, description="Own words in place of those in bot/texts/, by section and name.")

    @property
    def base_url(self) -> str:
        """The address for links, without a slash at the end."""
        return (self.server.base_url or f"http://{self.server.host}:{self.server.port}").rstrip("/")

    @property
    def database_url(self) -> URL:
        """The database URL with its password; `str()` of it hides the password."""
        url = make_url(self.database.url)
        secret = self.database.password
        return url if secret is None else url.set(password=secret.get_secret_value())

    def words(self) -> Texts:
        """The texts in the chosen language with the organisation's changes."""
        return Texts(self.chat.language, self.texts)


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ, **given: Mapping[str, object]) -> Settings:
    """The settings from file, then environment, then `given` (section=values); raises `ConfigurationError`.

    Without `path`, the file is the one named by ZEROLEVEL_CONFIG, or `config.toml` here; a missing default file means all defaults.
    """
    named = path or (Path(environment[CONFIG_VARIABLE]) if environment.get(CONFIG_VARIABLE) else None)
    values, origin = _read_file(named or DEFAULT_FILE, required=named is not None)
    _require_tables(values, origin)
    _refuse_secrets(values, origin)
    for section, name, text in _from_environment(environment):
        values.setdefault(section, {})[name] = _parsed(section, name, text)
    for section, chosen in given.items():
        values.setdefault(section, {}).update({name: value for name, value in chosen.items() if value is not None})
    settings = _validated(values, origin, environment)
    return _with_password_file(settings)


def described() -> Iterator[tuple[str, str, Any, str]]:
    """Every setting as section, name, default and description, in the order of the file."""
    for section, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, setting in kind.model_fields.items():
                yield section, name, setting.get_default(call_default_factory=True), setting.description or ""


def _read_file(path: Path, *, required: bool) -> tuple[dict[str, Any], str]:
    if not path.exists():
        if required:
            raise ConfigurationError(
                f"{path}: there is no such file. Copy config.example.toml, or leave out the option to use the defaults."
            )
        return {}, "the defaults"
    try:
        with path.open("rb") as file:
            return tomllib.load(file), str(path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: this is not valid TOML: {error}.") from error


def _require_tables(values: Mapping[str, Any], origin: str) -> None:
    """Every section is a table; whatever else stands there is not repeated, it may be a secret in the wrong place."""
    for section, value in values.items():
        if section in Settings.model_fields and not isinstance(value, dict):
            raise ConfigurationError(
                f"{origin}: {section}: this is a section, written as [{section}] with its settings in the lines below."
            )


def _refuse_secrets(values: Mapping[str, Any], origin: str) -> None:
    for secret in SECRETS:
        section, name = secret.split(".")
        if name in values.get(section, {}):
            raise ConfigurationError(
                f"{origin}: {secret}: secrets do not belong into the file. Use {_variable(section, name)} or {secret}_file."
            )
    if _password_in(str(values.get("database", {}).get("url", ""))):
        raise ConfigurationError(
            f"{origin}: database.url: leave the password out of it. Use {_variable('database', 'password')} or database.password_file."
        )


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    known = {_variable(section, name): (section, name) for section, name, _, _ in described()}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable == CONFIG_VARIABLE:
            continue
        if variable not in known:
            raise ConfigurationError(f"environment: {variable}: there is no such setting.{_suggestion(variable, known)}")
        yield *known[variable], text


def _parsed(section: str, name: str, text: str) -> object:
    """Lists and tables are written in the environment as they are in TOML; everything else as it is."""
    if text.lstrip().startswith(("[", "{")):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(f"environment: {_variable(section, name)}: write it as in the file, in TOML: {error}.") from error
    return text


def _validated(values: Mapping[str, Any], origin: str, environment: Mapping[str, str]) -> Settings:
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_problem(dict(item), origin, environment) for item in error.errors())) from None
    if settings.chat.language not in LANGUAGES:
        raise ConfigurationError(
            f"{origin}: chat.language: there are no texts in “{settings.chat.language}”. Allowed: {', '.join(LANGUAGES)}."
        )
    try:
        settings.words()
    except UnknownText as error:
        raise ConfigurationError(f"{origin}: {error}") from None
    _refuse_contradictions(settings, origin)
    return _with_valid_url(settings, origin)


def _refuse_contradictions(settings: Settings, origin: str) -> None:
    if settings.desk.default_area not in settings.desk.areas:
        areas = ", ".join(settings.desk.areas)
        raise ConfigurationError(f"{origin}: desk.default_area: “{settings.desk.default_area}” is not one of desk.areas: {areas}.")
    if settings.matching.choose_at > settings.matching.answer_at:
        raise ConfigurationError(
            f"{origin}: matching.choose_at: expected at most matching.answer_at ({settings.matching.answer_at}), "
            f"found {settings.matching.choose_at}."
        )


def _password_in(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError:
        return ""
    return str(parsed.password or parsed.query.get("password", ""))


def _with_valid_url(settings: Settings, origin: str) -> Settings:
    try:
        driver = make_url(settings.database.url).drivername
    except ArgumentError:
        driver = ""
    if driver not in DRIVERS:
        place = f"{origin} or {_variable('database', 'url')}"
        raise ConfigurationError(f"{place}: database.url: allowed are sqlite:///PATH and postgresql://USER@HOST/NAME.")
    return settings if not _password_in(settings.database.url) else _with_password_apart(settings)


def _with_password_apart(settings: Settings) -> Settings:
    """A password that the environment gave inside the URL is kept where secrets are kept, so that it is never shown."""
    url = make_url(settings.database.url)
    secret = settings.database.password or SecretStr(_password_in(settings.database.url))
    bare = url.set(password=None).difference_update_query(["password"]).render_as_string()
    return settings.model_copy(update={"database": settings.database.model_copy(update={"url": bare, "password": secret})})


def _problem(error: Mapping[str, Any], origin: str, environment: Mapping[str, str]) -> str:
    place = [str(part) for part in error["loc"]]
    name = ".".join(place)
    if error["type"] == "extra_forbidden":
        allowed = _allowed(place[:-1])
        return f"{origin}: {name}: there is no such setting.{_suggestion(place[-1], allowed)} Allowed here: {', '.join(allowed)}."
    found = "" if place[0] == "database" else f", found {error['input']!r}"
    variable = _variable(*place[:2]) if len(place) >= 2 else ""
    source = f"environment: {variable}" if variable in environment else origin
    return f"{source}: {name}: {_wanted(error)}{found}. {_description(place)}".rstrip()


def _wanted(error: Mapping[str, Any]) -> str:
    """What pydantic says, without its own words for kinds of values where plainer ones are known."""
    limits: Mapping[str, Any] = error.get("ctx", {})
    plain = {
        "int_parsing": "expected a whole number",
        "int_type": "expected a whole number",
        "int_from_float": "expected a whole number",
        "float_parsing": "expected a number",
        "float_type": "expected a number",
        "bool_parsing": "expected true or false",
        "bool_type": "expected true or false",
        "string_type": "expected a text in quotes",
        "string_pattern_mismatch": "this is not one of those allowed",
        "list_type": "expected a list in square brackets",
        "dict_type": "expected a table of names and values",
        "greater_than_equal": f"expected at least {limits.get('ge')}",
        "less_than_equal": f"expected at most {limits.get('le')}",
    }
    message = str(error["msg"])
    return plain.get(str(error["type"]), message[:1].lower() + message[1:])


def _description(place: list[str]) -> str:
    return next((text for section, name, _, text in described() if [section, name] == place[:2]), "")


def _allowed(place: list[str]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in place:
        kind = model.model_fields[part].annotation
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return []
        model = kind
    return [name for name in model.model_fields if ".".join((*place, name)) not in SECRETS]


def _suggestion(name: str, known: Mapping[str, object] | list[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _variable(section: str, name: str) -> str:
    return f"{PREFIX}{section}_{name}".upper()


def _with_password_file(settings: Settings) -> Settings:
    named = settings.database.password_file
    if not named or settings.database.password is not None:
        return settings
    try:
        lines = Path(named).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigurationError(f"database.password_file: {named} cannot be read: {error.strerror}.") from None
    secret = SecretStr(lines[0].strip() if lines else "")
    return settings.model_copy(update={"database": settings.database.model_copy(update={"password": secret})})
