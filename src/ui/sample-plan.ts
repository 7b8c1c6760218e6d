/** The plan that somebody who has none looks around in. It is part of the site, so it is there offline as well. */
export async function samplePlan(): Promise<File> {
  const response = await fetch(new URL('samples/tool-library.jsonl', document.baseURI))
  if (!response.ok) throw new Error(`it was not found (${response.status})`)
  return new File([await response.blob()], 'Tool library.jsonl', { type: 'application/jsonl' })
}
