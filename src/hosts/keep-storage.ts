/** Asks the browser to keep what is stored here, unless it has promised so or was told to refuse. Some browsers ask the person. */

export async function keepStorage({ storage, permissions }: Pick<Navigator, 'storage' | 'permissions'>): Promise<void> {
  // Outside of a secure context there is no such promise.
  if (storage?.persist === undefined || (await storage.persisted())) return
  if (!(await isRefused(permissions))) await storage.persist()
}

async function isRefused(permissions: Permissions | undefined): Promise<boolean> {
  try {
    const answer = await permissions?.query({ name: 'persistent-storage' })
    return answer?.state === 'denied'
  } catch {
    // A browser that does not know the question decides by itself when it is asked to keep.
    return false
  }
}
