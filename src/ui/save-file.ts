/** Hands bytes to the browser to keep as a file. Of no type that it would show: it is saved, and never opened as a page of ours. */
export function saveFile(parts: BlobPart[], name: string): void {
  const address = URL.createObjectURL(new Blob(parts, { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has begun by now; the address would keep the bytes in memory.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
