"""The schema, its migrations and every SQL statement. Start reading at `sql/migrations`."""
