/** The text of a file, or why it cannot be read. */
export function readText(
  path: string,
  readFile: (path: string) => string,
): { readonly content: string } | { readonly code: string } {
  try {
    return { content: readFile(path) };
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string')
      return { code: error.code };
    throw error;
  }
}
