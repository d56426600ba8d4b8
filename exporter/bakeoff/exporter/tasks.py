"""Tasks that can be exported, by the names of their transformers pipelines."""

TASKS = ("text-classification",)
