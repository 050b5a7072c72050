"""Where tables are computed: what to count is asked in plain types, and DuckDB answers."""

from gisintegration.engines.cube import Answer, Question, Sample, Values

__all__ = ["Answer", "Question", "Sample", "Values"]
