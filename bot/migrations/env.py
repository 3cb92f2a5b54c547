"""Alembic's entry: one history for the tables of every folder. Started by `bot/migrate.py`, which hands the connection in."""

from alembic import context

from bot.database import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=list(METADATA), render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
