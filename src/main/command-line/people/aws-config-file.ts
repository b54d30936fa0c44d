import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The AWS config file, as AWS's tools find it (AWS SDKs and Tools Reference Guide, "Shared config and credentials files"). */
export function awsConfigFile(environment: Environment, workingDirectory: string): string {
  const { AWS_CONFIG_FILE: file, HOME, USERPROFILE } = environment;
  if (file !== undefined && file !== '') {
    const home = HOME ?? USERPROFILE ?? workingDirectory;
    return resolve(workingDirectory, file.replace(/^~(?=$|[/\\])/, home));
  }
  const home = HOME ?? USERPROFILE;
  if (home === undefined) throw new Error('there is no home directory: set HOME or AWS_CONFIG_FILE');
  return join(home, '.aws', 'config');
}

/** The name of a profile's section. */
export function sectionOf(profile: string): string {
  return profile === 'default' ? 'default' : `profile ${profile}`;
}

/** The lines of a section, trimmed and without those that are empty, or undefined when the text has no such section. */
export function findSection(text: string, section: string): readonly string[] | undefined {
  let lines: string[] | undefined;
  let isInside = false;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) {
      isInside = header.replace(/\s+/g, ' ') === section;
      if (isInside) lines ??= [];
    } else if (isInside && line.trim() !== '') lines?.push(line.trim());
  }
  return lines;
}

/** Adds a section to the end of a config file, which is made when there is none. Rejects with Error when the file cannot be written. */
export async function addSection(
  file: string,
  section: string,
  settings: Readonly<Record<string, string>>,
  unique: string,
): Promise<void> {
  const present = await readConfig(file);
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  const gap = present === '' ? '' : present.endsWith('\n') ? '\n' : '\n\n';
  await replaceFile(file, `${present}${gap}[${section}]\n${lines.join('')}`, unique);
}

/** The text of a config file; none is empty. */
export async function readConfig(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

/** Puts a new text in place of the old at once, with the mode the file had. A link stays one: what it leads to is replaced. */
async function replaceFile(file: string, text: string, unique: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  let target = file;
  let mode = 0o600;
  try {
    target = await realpath(file);
    mode = (await stat(target)).mode & 0o777;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const temporary = `${target}.${unique}`;
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(text);
    // The process's mask may have taken some of it away.
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
