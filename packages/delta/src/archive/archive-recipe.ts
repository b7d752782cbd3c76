import type { Layout, Part } from './read-layout.ts';
import type { Recipe, RecipeHead, RecipePart, ZipRecipe } from './recipe.ts';
import type { Archive, Content } from './take-apart.ts';
import type { ZipLayout, ZipPart } from './zip-layout.ts';

/** How an archive that was taken apart is made again from its contents alone. Its encoders must have been looked for. */
export function recipeOf(archive: Archive): Recipe {
  const { layout } = archive;
  if (layout.kind === 'zip') return zipRecipe({ layout, contents: archive.contents });
  return { kind: layout.kind, parts: partsOf(archive) };
}

function zipRecipe(archive: Archive<ZipLayout>): ZipRecipe {
  const { directoryAt, directory, shift, end } = archive.layout;
  return { kind: 'zip', parts: partsOf(archive), directoryAt, directory, shift, end };
}

function partsOf({ layout, contents }: Archive<Layout>): RecipePart[] {
  return contents.map((content, i) => recipePart(layout.parts[i] ?? noPart, content));
}

const noPart: ZipPart = { kind: 'gap', offset: 0, size: 0 };

function recipePart(part: Part, content: Content): RecipePart {
  const { packing, size, nested } = content;
  if (packing === 'deflated' || packing === 'copied')
    throw new RangeError('nobody has looked for the encoders of this archive');
  return {
    head: headOf(part),
    size,
    packing,
    facts: part.kind === 'entry' ? part.facts : undefined,
    origin: undefined,
    nested: nested && zipRecipe(nested),
  };
}

export function headOf(part: Part): RecipeHead {
  switch (part.kind) {
    case 'gap':
    case 'headers':
    case 'content':
      return { kind: 'gap' };
    case 'entry':
      return { kind: 'entry', zip: part.head };
    case 'file':
      return { kind: 'file', tree: { kind: 'file', path: part.path, executable: part.executable } };
    case 'symlink':
    case 'directory':
      return { kind: 'link', tree: part };
  }
}
