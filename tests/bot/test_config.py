"""The configuration: complete, and clear about what is wrong. Secrets stay out of the file and out of every message."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.config import CONFIG_VARIABLE, PREFIX, SECRETS, ConfigurationError, Settings, described, load

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
SECRET = "Hunter2!x"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, toml: str, environment: Mapping[str, str] | None = None) -> Settings:
    file.write_text(toml, encoding="utf-8")
    return load(file, environment or {})


def complaint(file: Path, toml: str, environment: Mapping[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(file, toml, environment)
    return str(caught.value).replace(str(file), "FILE")


def test_the_example_is_valid_and_holds_the_defaults() -> None:
    assert load(EXAMPLE, {}) == Settings()


def test_the_example_names_and_explains_every_setting() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    values: dict[str, dict[str, Any]] = tomllib.loads(text)
    named = {(section, name) for section, settings in values.items() for name in settings}
    wanted = {(section, name) for section, name, _, _ in described()}
    secret = {(section, name) for section, _, name in (setting.partition(".") for setting in SECRETS)}
    assert named == wanted - secret
    assert [section for section in Settings.model_fields if section not in values] == []
    for _, name, _, description in described():
        assert description, name
        assert f"# {description}\n" in text, name


def test_every_number_names_its_unit() -> None:
    """A bare number is a riddle: minutes, days, attempts, 0 to 1."""
    units = r"(?i)minute|hour|day|0 to 1|many|port|much surer|fewer"
    for section, name, default, description in described():
        if isinstance(default, int | float) and not isinstance(default, bool):
            assert re.search(units, description), f"{section}.{name}: {description}"


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(None, {}) == Settings()


def test_the_default_file_is_the_one_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("[server]\nport = 9001\n")
    assert load(None, {}).server.port == 9001


def test_the_file_named_in_the_environment(file: Path) -> None:
    file.write_text("[server]\nport = 9001\n")
    assert load(None, {CONFIG_VARIABLE: str(file)}).server.port == 9001


def test_environment_before_file_and_given_before_both(file: Path) -> None:
    file.write_text('[server]\nport = 9001\nhost = "10.0.0.1"\n')
    environment = {"ZEROLEVEL_SERVER_PORT": "9002"}
    assert load(file, environment).server.port == 9002
    settings = load(file, environment, server={"port": 9003, "host": None})
    assert (settings.server.port, settings.server.host) == (9003, "10.0.0.1")


def test_every_setting_has_a_variable(file: Path) -> None:
    for section, name, default, _ in described():
        if isinstance(default, str | int | float) and name != "password_file":
            text = str(default).lower() if isinstance(default, bool) else str(default)
            settings = read(file, "", {f"{PREFIX}{section}_{name}".upper(): text})
            assert getattr(getattr(settings, section), name) == default


def test_lists_and_tables_in_the_environment(file: Path) -> None:
    environment = {"ZEROLEVEL_CHAT_EXAMPLES": '["One", "Two"]', "ZEROLEVEL_DESK_AREAS": '{ it = "IT", legal = "Legal" }'}
    settings = read(file, "", environment)
    assert settings.chat.examples == ["One", "Two"]
    assert settings.desk.areas == {"it": "IT", "legal": "Legal"}


def test_other_variables_are_none_of_ours(file: Path) -> None:
    assert read(file, "", {"PATH": "/bin", "ZEROLEVELS": "x"}) == Settings()


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (
            "[server]\nprot = 1",
            "FILE: server.prot: there is no such setting. Did you mean port? Allowed here: host, port, base_url, log_level.",
        ),
        ("[servr]\nport = 1", "FILE: servr: there is no such setting. Did you mean server? Allowed here: server, database, chat,"),
        ("port = 1", "FILE: port: there is no such setting. Allowed here: server, database, chat,"),
        ("[server]\nport = 'x'", "FILE: server.port: expected a whole number, found 'x'. Port to listen on."),
        ("[server]\nport = 0", "FILE: server.port: expected at least 1, found 0."),
        ("[server]\nport = 70000", "server.port: expected at most 65535, found 70000."),
        ("[server]\nhost = 5", "server.host: expected a text in quotes, found 5."),
        (
            "[server]\nlog_level = 'loud'",
            "server.log_level: this is not one of those allowed, found 'loud'. How much is logged: debug, info, warning or",
        ),
        ("[record]\nidle_minutes = 30.5", "record.idle_minutes: expected a whole number, found 30.5."),
        ("[matching]\nanswer_at = 2", "matching.answer_at: expected at most 1.0, found 2. Confidence (0 to 1)"),
        ("[matching]\nanswer_at = 0.1\nchoose_at = 0.5", "FILE: matching.choose_at: expected at most matching.answer_at (0.1), found 0.5."),
        ("[desk]\ndefault_area = 'legal'", "FILE: desk.default_area: “legal” is not one of desk.areas: it, hr, finance, facilities."),
        ("[chat]\nsign_in_required = 'maybe'", "chat.sign_in_required: expected true or false, found 'maybe'."),
        ("[chat]\nexamples = 'one'", "chat.examples: expected a list in square brackets, found 'one'."),
        ("[chat]\nlanguage = 'xx'", "FILE: chat.language: there are no texts in “xx”. Allowed: en."),
        ("server = 1", "FILE: server: this is a section, written as [server] with its settings in the lines below."),
        ("[database]\nurl = 'mysql://localhost/x'", "database.url: allowed are sqlite:///PATH and postgresql://USER@HOST/NAME."),
        ("[database]\nurl = 'postgresql+asyncpg://h/x'", "database.url: allowed are sqlite:///PATH and postgresql://USER@HOST/NAME."),
        ("[database]\nurl = 'nonsense'", "database.url: allowed are sqlite:///PATH and postgresql://USER@HOST/NAME."),
        ("[texts.say]\ngreting = 'x'", "FILE: texts.say.greting: there is no such text. Texts there are greeting,"),
        ("[texts.say]\ngreeting = 'Hello {nmae}'", "FILE: texts.say.greeting: nothing is known to fill in for {nmae}. Allowed are {name}."),
        ("[server\nport = 1", "FILE: this is not valid TOML: Expected ']' at the end of a table declaration (at line 1, column 8)."),
    ],
)
def test_a_wrong_setting_says_which_where_and_what_is_allowed(file: Path, toml: str, said: str) -> None:
    assert said in complaint(file, toml)


def test_every_wrong_setting_has_its_line(file: Path) -> None:
    lines = complaint(file, "[server]\nport = 'x'\nprot = 1\n[record]\nidle_minutes = 0\n").splitlines()
    assert [line.split(": ")[1] for line in lines] == ["server.port", "server.prot", "record.idle_minutes"]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (
            {"ZEROLEVEL_SERVER_PRT": "1"},
            "environment: ZEROLEVEL_SERVER_PRT: there is no such setting. Did you mean ZEROLEVEL_SERVER_PORT?",
        ),
        ({"ZEROLEVEL_NONSENSE": "1"}, "environment: ZEROLEVEL_NONSENSE: there is no such setting."),
        ({"ZEROLEVEL_SERVER_PORT": "x"}, "environment: ZEROLEVEL_SERVER_PORT: server.port: expected a whole number, found 'x'."),
        ({"ZEROLEVEL_DESK_AREAS": "{ it "}, "environment: ZEROLEVEL_DESK_AREAS: write it as in the file, in TOML:"),
        ({"ZEROLEVEL_DATABASE_URL": "oracle://x"}, "or ZEROLEVEL_DATABASE_URL: database.url: allowed are sqlite:///PATH"),
    ],
)
def test_a_wrong_variable_says_which(file: Path, environment: dict[str, str], said: str) -> None:
    assert said in complaint(file, "", environment)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: there is no such file\. Copy config\.example\.toml"):
        load(tmp_path / "nowhere.toml", {})


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (
            f"[database]\npassword = '{SECRET}'",
            "FILE: database.password: secrets do not belong into the file. Use ZEROLEVEL_DATABASE_PASSWORD or",
        ),
        (f"[database]\nurl = 'postgresql://app:{SECRET}@db/hr'", "FILE: database.url: leave the password out of it."),
        (f"[database]\nurl = 'postgresql://db/hr?user=app&password={SECRET}'", "FILE: database.url: leave the password out of it."),
        (f"[database]\npasswort = '{SECRET}'", "FILE: database.passwort: there is no such setting. Did you mean password_file?"),
        (f"database = 'postgresql://app:{SECRET}@db/hr'", "FILE: database: this is a section"),
        (f"[database]\npassword_file = 5\nurl = ['{SECRET}']", "database.url: expected a text in quotes."),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(file: Path, toml: str, said: str) -> None:
    told = complaint(file, toml)
    assert said in told
    assert SECRET not in told


def test_the_password_from_the_environment(file: Path) -> None:
    environment = {"ZEROLEVEL_DATABASE_PASSWORD": SECRET, "ZEROLEVEL_DATABASE_URL": "postgresql://app@db/hr"}
    assert_hidden(read(file, "", environment))


@pytest.mark.parametrize("url", [f"postgresql://app:{SECRET}@db/hr", f"postgresql://app@db/hr?password={SECRET}"])
def test_a_password_in_the_url_of_the_environment_is_hidden_too(file: Path, url: str) -> None:
    assert_hidden(read(file, "", {"ZEROLEVEL_DATABASE_URL": url}))


def test_the_password_from_a_file(file: Path, tmp_path: Path) -> None:
    kept = tmp_path / "password"
    kept.write_text(f"{SECRET}\nnot this line\n")
    environment = {"ZEROLEVEL_DATABASE_URL": "postgresql://app@db/hr"}
    assert_hidden(read(file, f"[database]\npassword_file = '{kept}'", environment))


def test_the_environment_goes_before_the_password_file(file: Path) -> None:
    settings = read(file, "[database]\npassword_file = '/nowhere'", {"ZEROLEVEL_DATABASE_PASSWORD": SECRET})
    assert settings.database.password == SecretStr(SECRET)


def test_a_password_file_that_cannot_be_read(file: Path) -> None:
    said = "database.password_file: /nowhere/at/all cannot be read: No such file or directory."
    assert said in complaint(file, "[database]\npassword_file = '/nowhere/at/all'")


def test_a_wrong_setting_beside_a_secret_does_not_tell_it(file: Path) -> None:
    environment = {"ZEROLEVEL_DATABASE_PASSWORD": SECRET, "ZEROLEVEL_SERVER_PORT": "x", "ZEROLEVEL_DATABASE_URL": f"x://a:{SECRET}@b"}
    assert SECRET not in complaint(file, "", environment)


def assert_hidden(settings: Settings) -> None:
    """The database can be reached with the password, and nothing that might be printed shows it."""
    url = settings.database_url
    assert (url.password or url.query.get("password")) == SECRET
    for shown in (str(url), repr(url), str(settings), repr(settings.database), settings.database.url, settings.model_dump_json()):
        assert SECRET not in shown


def test_links_lead_to_the_named_address(file: Path) -> None:
    assert Settings().base_url == "http://127.0.0.1:8000"
    assert read(file, "[server]\nbase_url = 'https://help.example.com/'").base_url == "https://help.example.com"


def test_own_texts(file: Path) -> None:
    settings = read(file, "[texts.say]\ngreeting = 'Moin{name}!'\n[texts.by_area]\nlegal = []\n")
    assert settings.words().say("greeting", name="") == "Moin!"
