/** Hands bytes or text to the browser as a file to keep. */

export function saveFile(parts: readonly BlobPart[], type: string, name: string): void {
  const address = URL.createObjectURL(new Blob([...parts], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has begun by now; the address would keep the bytes in memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
