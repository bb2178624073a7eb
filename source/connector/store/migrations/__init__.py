"""How the schema came to be, run by Alembic."""
