"""The real knowledge, imported and indexed once; every conversation plays on its own copy of the database."""

from pathlib import Path

import pytest

from bot.database import Database
from bot.index import Index
from bot.migrate import migrate
from intents.model import MatchingSettings
from knowledge.importer import import_folder
from tests.conversations.stage import START, House

SAMPLE = Path(__file__).parents[2] / "knowledge" / "sample"


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    path = tmp_path_factory.mktemp("house") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    report = database.transact(lambda session: import_folder(session, SAMPLE, by="tests", now=START))
    assert report.clean
    index = Index(database, MatchingSettings())
    database.close()  # so that everything is in the one file that is copied
    return House(path, index)
