/** Pages of which each is read after the last row of the one before; the first that is not full is the last. */
export async function* keysetPages<T>(
  size: number,
  read: (last: T | null) => Promise<T[]>,
): AsyncGenerator<T[]> {
  let last: T | null = null;
  for (;;) {
    const page = await read(last);
    if (page.length > 0) yield page;
    if (page.length < size) return;
    last = page.at(-1)!;
  }
}

/** The first of all that the pages hold; nothing is read beyond. No limit: all. */
export async function* limited<T>(limit: number | undefined, pages: AsyncIterable<T[]>): AsyncGenerator<T[]> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const page of pages) {
    const wanted = page.slice(0, left);
    if (wanted.length > 0) yield wanted;
    left -= wanted.length;
    if (left === 0) return;
  }
}
