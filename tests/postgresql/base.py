"""PostgreSQL as tests need it. Never for production. Django looks for a database's wrapper in a module of this name."""

from django.db.backends.postgresql import base

from tests.postgresql.creation import DatabaseCreation
from tests.postgresql.operations import DatabaseOperations


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
    ops_class = DatabaseOperations
