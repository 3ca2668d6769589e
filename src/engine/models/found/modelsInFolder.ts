import { join } from 'node:path';
import { refusalOfFiles } from '../refusals';
import { type FolderListing, type WalkLimits, walkFolders } from './walkFolders';

/** A model in a tree of folders. */
export interface ModelPath {
  /** A model folder, or a file: absolute. */
  path: string;
  /** The same from the root, with `/`; empty for the root itself. */
  relative: string;
}

/** A tree with more models than this is something else. */
const MOST_MODELS = 200;

/** The models in a tree: GGUF files, ONNX files with their settings, folders with config.json and weights. */
export async function modelsInTree(root: string, limits: WalkLimits): Promise<ModelPath[]> {
  const models: ModelPath[] = [];
  const withSettings = new Set<string>();
  for await (const listing of walkFolders(root, limits)) {
    if (listing.files.some((name) => SETTINGS.includes(name))) withSettings.add(listing.relative);
    const parent = listing.relative.slice(0, Math.max(0, listing.relative.lastIndexOf('/')));
    const settings = withSettings.has(listing.relative) || withSettings.has(parent);
    models.push(...modelsInFolder(listing, settings));
    if (models.length >= MOST_MODELS) break;
  }
  return models.slice(0, MOST_MODELS);
}

const SETTINGS = ['config.json', 'genai_config.json'];

function modelsInFolder({ path, relative, files }: FolderListing, settings: boolean): ModelPath[] {
  const inside = (file: string) => ({
    path: join(path, file),
    relative: relative === '' ? file : `${relative}/${file}`,
  });
  const models = files.filter(isGguf).map(inside);
  if (files.includes('config.json')) {
    const weights = files.some((name) => /\.safetensors(\.index\.json)?$/.test(name));
    if (weights || refusalOfFiles(files)) models.push({ path, relative });
  }
  if (settings) {
    const graphs = files.filter((name) => name.endsWith('.onnx'));
    const whole = graphs.filter((name) => !/^(encoder|decoder)_/.test(name));
    // An encoder and a decoder in files of their own make one model: the folder.
    if (whole.length > 0) models.push(...whole.map(inside));
    else if (graphs.length > 0) models.push({ path, relative });
  }
  return models;
}

/** Not the later parts of a split file, and not what reads pictures for the model beside it. */
function isGguf(name: string): boolean {
  return /\.gguf$/i.test(name) && !/-(?!00001)\d{5}-of-\d{5}\.gguf$/i.test(name) && !/^mmproj/i.test(name);
}
