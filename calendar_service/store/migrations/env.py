"""Runs the migrations on the connection that `Database.upgrade` hands over."""

from alembic import context

from calendar_service.store.rows import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
