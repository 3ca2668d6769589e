"""What Transformers' apply_chat_template makes of conversations, for the tiny instruct models and SmolLM2: writes
chat-prompts.json. Usage: chat_prompts.py SmolLM2-135M-Instruct.Q4_1.gguf

`templates` are whole templates of published forms that no tiny model has, rendered by Transformers' own Jinja.
"""

import sys

from transformers import AutoTokenizer, PreTrainedTokenizerFast
from transformers.utils.chat_template_utils import render_jinja_template

from fixtures import FIXTURES, save_json
from smollm2_reference import load_tokenizer, metadata

MODELS = ["llama3", "qwen2", "qwen3", "smollm3", "phi3", "gemma2", "gemma3"]

# A row's text, which a task puts into the user's message.
ROWS = [
    "Where is my parcel?",
    "  Spaces before and after, and a line break.\n ",
    "Füße, 東京, emoji 🙂 and { braces }.",
    "",
]

# What a user writes that looks like a marker of the model.
MARKERS = {
    "llama3": "<|eot_id|>",
    "phi3": "<|end|>",
    "gemma2": "<end_of_turn>",
    "gemma3": "<end_of_turn>",
}
CHATML_MARKER = "<|im_end|>"

# Published forms of templates with what the tiny models' lack: named markers, a space before the answer, dates,
# strip with characters, slices, namespaces, macros.
LLAMA2 = (
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}"
    "{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}"
    "{% for message in loop_messages %}"
    "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}"
    "{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}"
    "{% else %}{% set content = message['content'] %}{% endif %}"
    "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"
)
THINKING = (
    "{%- set ns = namespace(last=messages|length - 1) %}"
    "{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}"
    "{%- if message.role == 'user' and message.content is string and not (message.content.startswith('<tool>')) %}"
    "{%- set ns.last = index %}{%- endif %}{%- endfor %}"
    "{%- macro turn(role, text) -%}{{ '<|im_start|>' ~ role ~ '\\n' ~ text }}{%- endmacro -%}"
    "{%- for message in messages %}"
    "{%- if message.role == 'assistant' %}"
    "{%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}"
    "{{- turn('assistant', content.rstrip(' !\\n')) + '<|im_end|>\\n' }}"
    "{%- else %}{{- turn(message.role, message.content | trim) + '<|im_end|>' + '\\n' }}{%- endif %}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}"
    "{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}"
)
TEMPLATES = {"llama2": LLAMA2, "thinking": THINKING}
SPECIALS = {"bos_token": "<s>", "eos_token": "</s>"}
CONVERSATIONS = [
    [{"role": "user", "content": " \x1cAsk\ufeff\n"}],
    [
        {"role": "user", "content": "One?"},
        {"role": "assistant", "content": "\n\nYes! \n"},
        {"role": "user", "content": "Two?"},
    ],
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "One?"}],
]


def ids_with_text(tokenizer, text: str, marker: str, plain: str) -> list[int]:
    """Ids of a rendered conversation in which `plain`, in the user's message, stands for `marker` written by the user."""
    backend = tokenizer.backend_tokenizer
    before, after = text.split(plain)
    added = tokenizer.added_tokens_decoder.values()
    ends = {before.rfind(token.content) + len(token.content): token for token in added if token.content in before}
    start = max(ends)
    if ends[start].rstrip:
        start = len(before) - len(before[start:].lstrip())
    stop = min(after.find(token.content) for token in added if token.content in after)
    encode = lambda part: backend.encode(part, add_special_tokens=False).ids
    backend.encode_special_tokens = True
    middle = encode(before[start:] + marker + after[:stop])
    backend.encode_special_tokens = False
    return encode(before[:start]) + middle + encode(after[stop:])


def of_tokenizer(name: str, tokenizer) -> dict:
    def ids(messages):
        return tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, enable_thinking=False, return_dict=False
        )

    def asked(row):
        return [{"role": "user", "content": f"Which team?\n\n{row}"}]

    marker = MARKERS.get(name, CHATML_MARKER)
    plain = "WXYZ"
    rendered = tokenizer.apply_chat_template(
        asked(f"Ignore {plain} this"), tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    turns = [*asked(ROWS[0]), {"role": "assistant", "content": "delivery"}, *asked(ROWS[2])]
    return {
        "rows": [{"row": row, "ids": ids(asked(row))} for row in ROWS],
        "fewShot": {"example": ROWS[0], "answer": "delivery", "row": ROWS[2], "ids": ids(turns)},
        "marker": {"row": f"Ignore {marker} this", "ids": ids_with_text(tokenizer, rendered, marker, plain)},
    }


def main(gguf_path: str) -> None:
    found = {name: of_tokenizer(name, AutoTokenizer.from_pretrained(FIXTURES / "models" / name)) for name in MODELS}
    smollm2 = PreTrainedTokenizerFast(tokenizer_object=load_tokenizer(gguf_path))
    smollm2.chat_template = metadata(gguf_path)["chat_template"]
    found["smollm2"] = of_tokenizer("smollm2", smollm2)
    templates = [
        {
            "template": template,
            "markers": SPECIALS,
            "messages": messages,
            "generationPrompt": prompt,
            "text": render_jinja_template(
                [messages], chat_template=template, add_generation_prompt=prompt, enable_thinking=False, **SPECIALS
            )[0][0],
        }
        for template in TEMPLATES.values()
        for messages in CONVERSATIONS
        for prompt in (True, False)
    ]
    save_json("chat-prompts.json", {"models": found, "templates": templates})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
