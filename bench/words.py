"""Words of made-up papers, in Japanese and English."""

WORDS = (
    "拡散",
    "言語",
    "モデル",
    "学習",
    "推論",
    "画像",
    "生成",
    "検索",
    "効率",
    "評価",
    "attention",
    "graph",
    "policy",
    "vision",
    "speech",
    "reward",
    "prompt",
    "token",
    "sparse",
    "robust",
)
