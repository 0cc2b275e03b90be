"""Makes golden-tokens-more.json: the algorithm of OpenAI's simple_tokenizer.py (without ftfy) with nothing but Python's standard library.

python3 make_tokens.py [--check]      --check: compares with golden-tokens.json instead of writing
"""
import functools, html, json, pathlib, re, sys, unicodedata

here = pathlib.Path(__file__).parent
model = here.parents[2] / "models" / "fashion-clip-mini"
ids = json.loads((model / "vocab.json").read_text(encoding="utf-8"))
ranks = {tuple(line.split(" ")): i for i, line in enumerate((model / "merges.txt").read_text(encoding="utf-8").split("\n")[1:]) if line}

visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
symbol = {b: chr(b) for b in visible}
for n, b in enumerate(b for b in range(256) if b not in visible):
    symbol[b] = chr(256 + n)


def words(text):
    """<|startoftext|>|<|endoftext|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"""
    kind = lambda c: "L" if unicodedata.category(c)[0] == "L" else "N" if unicodedata.category(c)[0] == "N" else "S" if c.isspace() else "O"
    at = 0
    while at < len(text):
        literal = re.match(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d", text[at:])
        if literal:
            yield literal.group()
            at += literal.end()
            continue
        k = kind(text[at])
        end = at + 1
        while k in "LO" and end < len(text) and kind(text[end]) == k:
            end += 1
        if k != "S":
            yield text[at:end]
        at = end


@functools.cache
def merge(word):
    parts = [*word[:-1], word[-1] + "</w>"]
    while len(parts) > 1:
        best = min(zip(parts, parts[1:]), key=lambda p: ranks.get(p, 1e9))
        if best not in ranks:
            break
        merged, at = [], 0
        while at < len(parts):
            if tuple(parts[at:at + 2]) == best:
                merged.append(parts[at] + parts[at + 1])
                at += 2
            else:
                merged.append(parts[at])
                at += 1
        parts = merged
    return parts


def encode(text):
    text = re.sub(r"\s+", " ", html.unescape(html.unescape(text)).strip()).strip().lower()
    tokens = []
    for word in words(text):
        tokens += [ids[word]] if word in ("<|startoftext|>", "<|endoftext|>") else [ids[p] for p in merge("".join(symbol[b] for b in word.encode()))]
    tokens = [49406, *tokens, 49407][:77]
    tokens[-1] = 49407
    return tokens


texts = [
    "ΟΔΥΣΣΕΥΣ", "ΣΑΣ ΣΑΣ, Σ", "ΑΣ'Α ΑΣ. Α.Σ", "ΑΣ\u0301 ΑΣ\u0301Α", "İİ Iı", "ﬀ ﬃ", "ẞ ß", "K Å Ω", "ⅷ Ⅷ ⓐ Ⓐ", "𐐀𐐁 Deseret",
    "𝒜𝓑 math letters", "x𝒜y one word", "𝟏𝟐𝟑", "𠀀𠀁 rare han", "١٢٣ ९८७ ๑๒", "½⅔Ⅻ", "a\u0300e\u0301 combining", "नमस्ते जूते", "สวัสดี รองเท้า", "שלום נעליים",
    "👩🏽‍🦱 hair", "🏳️‍🌈🏴‍☠️", "1️⃣2️⃣", "👟👟 x2", "©®™ ✓ ★", "a&nbsp;b&nbspc", "&ampamp; &amp;amp;amp;", "&#150; &#x97; &#128;", "&#0; &#xD800; &#x110000; &#99999999999;",
    "&#1; &#xFFFE; &#127;", "&notit; &notin; &not", "&unknown; &; & &#; &#x;", "&CounterClockwiseContourIntegral; &NotEqualTilde;", "&lt;|endoftext|&gt;", "&quot;quoted&quot; &apos;s",
    "AT&T R&D H&M", "fish&chips;", "\x1c\x1d\x1e\x1f separated\x85lines\u2028and\u2029more", "\u3000wide\u3000space\u3000", "\u180e\u200b\u2060\ufeff", "tabs\t\t\tand\r\n\r\nlines",
    "<|STARTOFTEXT|> Hello <|EndOfText|>!", "!!<|endoftext|>!!", "<|endoftext|><|endoftext|>", "<|startoftext|", "'S 'T 'RE 'VE 'M 'LL 'D", "don''t 's's", "rock'n'roll o'clock l'été", "don’t can’t",
    "'", "''", "a'", "…", "-", "--", "---", "a-b--c", "#hash #tag ##", "## # #version: 0.2", "C# C++ .NET 10", "100% cotton, 50/50", "€49,99 £12 ¥1000 ₹5", "№42 §3 ¶1", "\u0001\u0002\u007f",
    "MiXeD CaSe WoRdS", "ALLCAPSNOSPACES", "camelCaseAndPascalCase", "Ünïcödé Ñandú Çelik Żółć", "ΑΒΓΔ αβγδ", "ПРИВЕТ мир", "ლამაზი ქართული ᲥᲐᲠᲗᲣᲚᲘ", "Ꭰꭰ Cherokee Ꮿᏸ", "ǅ ǈ ǋ ǲ", "ſ long 'ſ",
    "word " * 200, "1234567890" * 20, "Minnie Mouse Girls' Pink T-Shirt (4-5 years)", "Nike Air Max 90 men's running shoes, size EU 42.5", "a" * 200, "ab" * 150, "xyzzy" * 60, "é" * 120, "日本" * 60,
]

if "--check" in sys.argv:
    golden = json.loads((here / "golden-tokens.json").read_text(encoding="utf-8"))
    wrong = [g["text"] for g in golden if encode(g["text"]) != g["ids"]]
    print(f"{len(golden) - len(wrong)} of {len(golden)} agree; differ: {wrong}")
else:
    lines = ",\n".join(json.dumps({"text": t, "ids": encode(t)}) for t in texts)
    (here / "golden-tokens-more.json").write_text(f"[\n{lines}\n]\n")
