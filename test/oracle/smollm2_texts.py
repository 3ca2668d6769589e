"""Texts written for the fixtures of SmolLM2: what people put into datasets, and what breaks tokenizers."""

# 20 texts for logits; the first five are compared at every position.
LOGIT_TEXTS = [
    "The museum opens at nine, but the queue on the square starts an hour earlier.",
    "Die Bahn hatte heute früh zwanzig Minuten Verspätung, weil in Köln ein Signal gestört war.",
    "def median(values):\n    ordered = sorted(values)\n    middle = len(ordered) // 2\n    return ordered[middle]\n",
    "Invoice 2024-0317: 12 x 4.95 EUR + 19 % VAT = 70.69 EUR, due 31.03.2024.",
    "Best pizza in town 🍕🔥 would go again 10/10 😋👍🏽",
    "Review: the actors do what they can, the script does not let them.\nSentiment:",
    "Question: How many legs does a spider have?\nAnswer:",
    "Hello",
    "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n",
    "SELECT customer, SUM(amount) FROM orders WHERE year = 2023 GROUP BY customer ORDER BY 2 DESC;",
    "Ich weiß nicht, ob der Käse noch gut ist; er steht seit dem 3. Mai im Kühlschrank.",
    "Once upon a time there was a lighthouse keeper who was afraid of the dark.",
    "1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144,",
    "{\"id\": 41, \"tags\": [\"late\", \"refund\"], \"text\": \"Where is my parcel?\", \"vip\": false}",
    "she dont wanna go 2 the party bc its raining lol!!! whats ur plan??",
    "   Leading spaces,\ttabs\tand\n\n\nempty lines   ",
    "Le café est déjà fermé, señor; おはよう, привет, 你好.",
    "The patient was given 5 mg twice daily for 14 days, after which the symptoms — fever, cough, fatigue — were gone.",
    "https://example.org/search?q=soft+prompt&page=2#results",
    "A frozen model is one whose weights stay as they are. What is learned instead is a short sequence of vectors that "
    "stands before the text, where the embeddings of words would stand. Because the vectors need not be the embeddings "
    "of any words, they can say things that words cannot say as briefly. The price is that nobody can read them. "
    "In practice twenty vectors are enough for a task such as sorting customer letters, and they fit into a file of "
    "forty-six kilobytes. The model itself is shared by all tasks, and changing the task means changing the",
]

# Greedy continuations: far enough from ties that float32 rounding does not decide (the script checks it).
GREEDY_PROMPTS = [
    "The three primary colors are",
    "import numpy as np\n\ndef normalize(x):\n",
    "<|im_start|>user\nName three animals that live in the sea.<|im_end|>\n<|im_start|>assistant\n",
    "Water boils at",
    "Dear customer,\n\nthank you for your letter of 12 March.",
]

GRADIENT_PROMPT_TEXT = "Classify the sentiment of each review as positive or negative."
GRADIENT_LABEL_WORDS = [" positive", " negative"]
# Text and the class of its label word.
GRADIENT_ROWS = [
    ("Review: a warm, funny film that trusts its audience\nSentiment:", 0),
    ("Review: two hours of noise, and not one scene that I remember the next morning\nSentiment:", 1),
    ("Review: dull\nSentiment:", 1),
    ("Review: the second half drags a little, but the last ten minutes are worth the ticket\nSentiment:", 0),
]

TOKEN_TEXTS = [
    "",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    " \n \n",
    "a",
    " a",
    "A quick brown fox jumps over the lazy dog.",
    "I'm sure you're right, but they'll say we've lost; he'd agree, it's late.",
    "I’m sure you’re right — it’s late.",
    "DON'T SHOUT, IT'S RUDE",
    "two  spaces,   three   spaces,    four",
    "trailing spaces   ",
    "   leading spaces",
    "tab\tseparated\tvalues\t\tend",
    "line one\nline two\n\nline four\r\nline five",
    "0",
    "42",
    "1234567890",
    "3.14159 -2.5e-10 1,000,000 0x1F 50% $9.99 €12,50",
    "2024-03-18T09:45:00Z",
    "room101 v2.0.1 B2B 4you",
    "½ cup, 10² m, Ⅷ, ①②③, ٣٤٥, १२३, 五百",
    "snake_case camelCase PascalCase kebab-case SCREAMING_CASE",
    "def f(x):\n    return x ** 2  # square\n",
    "for (let i = 0; i < rows.length; i++) { total += rows[i].price; }",
    "if (a && !b || c != d) { return a?.b ?? null; }",
    "<div class=\"card\"><p>Hi &amp; bye</p></div>",
    "{\"a\": [1, 2.5, null, true], \"b\": \"c\\n\"}",
    "C:\\Users\\me\\file.txt /usr/local/bin ./a/../b",
    "someone@example.org, https://example.org/a?b=c&d=%20#e",
    "Grüße aus München: Äpfel, Öl, Übung, Straße, naïve Café",
    "Der Fußgängerüberweg an der Donaudampfschifffahrtsgesellschaft",
    "Combining: e\u0301 a\u0308 n\u0303, composed: é ä ñ",
    "ﬁ ligature, ＦＵＬＬ ｗｉｄｔｈ, ™ ® ©",
    "“Curly” ‘quotes’ – en dash — em dash … ellipsis",
    "non\u00a0breaking, thin\u2009space, zero\u200bwidth, ideographic\u3000space",
    "\ufeffbyte order mark first",
    "line\u2028separator and\u0085next line",
    "soft\u00adhyphen \u200eleft-to-right mark",
    "control \u0000 \u0001 \u001b[31m characters \u007f",
    "привет мир, как дела?",
    "你好，世界！今天天气很好。",
    "こんにちは世界、カタカナ、ひらがな",
    "안녕하세요 세계",
    "مرحبا بالعالم",
    "שלום עולם",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "😀😃😄",
    "👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 ❤️ ☺",
    "text😀text 7😀7",
    "𝒮𝒸𝓇𝒾𝓅𝓉 𐍈 𠜎",
    "∑ᵢ xᵢ² ≤ ∫₀^∞ f(x) dx ≈ π",
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi!<|im_end|>\n",
    "a<|endoftext|>b <|endoftext|> c",
    "<|im_start|",
    "<|im_start|><|im_start|> <|im_end|>",
    "<repo_name>softprompt<file_sep>src/main.ts",
    "!!!??? ... ;;; ---- ==== ****",
    "(((nested [brackets {everywhere}])))",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "Supercalifragilisticexpialidocious antidisestablishmentarianism",
    "hAhAhA LoL sOOOOO gooood!!!1!",
    "\n\n    indented after blank lines\n\tand a tab\n",
]

CHATS = [
    [{"role": "user", "content": "Is this review positive or negative?\n\nA joy from start to end."}],
    [
        {"role": "system", "content": "Answer with one word."},
        {"role": "user", "content": "What colour is the sky? "},
        {"role": "assistant", "content": "Blue"},
        {"role": "user", "content": "  And grass?"},
    ],
]
