// Makes samples/emoji: small WebP pictures with names, groups and keywords, from npm packages.
// Run `npm ci && npm run emoji` in this folder; the same package versions give the same bytes.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const pixels = 96;
const smallest = 256; // Shorter files are blank pictures: the art of that emoji is missing in the package.

// People are left out but for these: a row of the same person in twenty roles makes every search for a person
// a lottery. Symbols, keycaps and flags are printed signs, which a small CLIP cannot read.
const groups = ["Smileys & Emotion", "Animals & Nature", "Food & Drink", "Travel & Places", "Activities", "Objects"];
const alsoSubgroups = ["hand-fingers-open", "hand-fingers-closed", "hand-prop", "body-parts", "person-fantasy"];
const gendered = /\u200d[\u2640\u2642]/u;
const skinTone = /[\u{1f3fb}-\u{1f3ff}]/u;
const clockFace = /[\u{1f550}-\u{1f567}]/u;

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "..", "samples", "emoji");
const require = createRequire(import.meta.url);
const art = join(here, "node_modules", "@lobehub", "fluent-emoji-3d", "assets");
const keywordsOf = require("emojilib/dist/emoji-en-US.json");

function* chosen() {
  const seen = new Set();
  for (const emoji of require("emoji.json")) {
    const id = "u" + emoji.codes.toLowerCase().split(" ").filter((code) => code !== "fe0f").join("-");
    const wanted = groups.includes(emoji.group) || alsoSubgroups.includes(emoji.subgroup);
    const variant = skinTone.test(emoji.char) || gendered.test(emoji.char) || clockFace.test(emoji.char);
    if (!wanted || variant || seen.has(id)) continue;
    seen.add(id);
    const picture = pictureOf(emoji.codes);
    if (picture) yield { ...emoji, id, picture };
  }
}

// The packages disagree on where the variation selector fe0f stands in a name.
function pictureOf(codes) {
  const name = codes.toLowerCase().replaceAll(" ", "-");
  const bare = name.replaceAll("-fe0f", "");
  const names = [name, bare, `${bare}-fe0f`];
  return names.map((each) => join(art, `${each}.webp`)).find((path) => existsSync(path));
}

function keywords(emoji) {
  const listed = keywordsOf[emoji.char] ?? keywordsOf[emoji.char.replaceAll("\ufe0f", "")] ?? [];
  const words = listed.map((word) => word.toLowerCase().replaceAll("_", " ")).filter((word) => /^[\p{L}\d]/u.test(word));
  return [...new Set(words)].filter((word) => word !== emoji.name);
}

rmSync(join(target, "images"), { recursive: true, force: true });
mkdirSync(join(target, "images"), { recursive: true });
const lines = [];
let bytes = 0;
for (const emoji of chosen()) {
  const webp = await sharp(readFileSync(emoji.picture))
    .resize(pixels, pixels, { fit: "contain", background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .webp({ quality: 82, alphaQuality: 85, effort: 6 })
    .toBuffer();
  if (webp.length < smallest) throw new Error(`${emoji.id} ${emoji.name}: the picture is blank`);
  const image = `images/${emoji.id}.webp`;
  writeFileSync(join(target, image), webp);
  bytes += webp.length;
  const metadata = { name: emoji.name, group: emoji.group, subgroup: emoji.subgroup, keywords: keywords(emoji) };
  lines.push(JSON.stringify({ id: emoji.id, image, metadata }));
}
writeFileSync(join(target, "catalogue.ndjson"), lines.join("\n") + "\n");
console.log(`${lines.length} emoji, ${(bytes / 1024).toFixed(0)} KiB of pictures`);
