"""Where tables are computed: what to count is asked in plain types, and DuckDB answers."""

from gisintegration.engines.cube import Answer, Lists, Question, Sample, Sums, Values

__all__ = ["Answer", "Lists", "Question", "Sample", "Sums", "Values"]
