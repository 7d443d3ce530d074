"""Names of models for fakes of leaderboards: real ones, best first; their scores are invented."""

from __future__ import annotations

# (name, developer, whether its weights are open)
MODELS = (
    ("claude-opus-4-1-20250805", "Anthropic", False),
    ("gemini-2.5-pro", "Google", False),
    ("gpt-5-high", "OpenAI", False),
    ("qwen3-max-preview", "Alibaba", False),
    ("glm-4.6", "Z.ai", True),
    ("deepseek-v3.1", "DeepSeek", True),
    ("kimi-k2-0905-preview", "Moonshot", True),
    ("qwen3-235b-a22b-instruct-2507", "Alibaba", True),
    ("deepseek-r1-0528", "DeepSeek", True),
    ("longcat-flash-chat", "Meituan", True),
    ("mistral-medium-2508", "Mistral", False),
    ("minimax-m1", "MiniMax", True),
    ("gemma-3-27b-it", "Google", True),
    ("gpt-oss-120b", "OpenAI", True),
    ("qwen3-32b", "Alibaba", True),
    ("mistral-small-2506", "Mistral", True),
    ("llama-4-maverick-17b-128e-instruct", "Meta", True),
    ("olmo-2-0325-32b-instruct", "Ai2", True),
    ("llama-3.3-70b-instruct", "Meta", True),
    ("qwen2.5-72b-instruct", "Alibaba", True),
    ("phi-4", "Microsoft", True),
    ("granite-3.1-8b-instruct", "IBM", True),
)


def named(number: int) -> tuple[str, str, bool]:
    """A model by its place; behind the real ones some that do not exist."""
    return MODELS[number] if number < len(MODELS) else (f"invented-{number}", "Invented", True)
