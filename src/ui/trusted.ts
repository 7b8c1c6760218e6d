/**
 * The one place where text becomes what a browser would run or load (the page's policy lets no other do so, by Trusted Types):
 * HTML in a document that runs nothing and loads nothing, and the addresses of scripts of our own.
 */

interface Maker {
  createHTML(text: string): unknown
  createScriptURL(url: string): unknown
}
interface Types {
  createPolicy(name: string, rules: { createHTML(text: string): string; createScriptURL(url: string): string }): Maker
}

// Browsers without Trusted Types take the text itself.
const policy = (globalThis as { trustedTypes?: Types }).trustedTypes?.createPolicy('worknode', {
  createHTML: (text) => text,
  createScriptURL(url) {
    if (new URL(url, location.href).origin !== location.origin) throw new Error('Broken invariant: scripts are our own')
    return url
  },
})

/** The document that this HTML says. It is never shown: take out of it what is safe. */
export function parseInert(html: string): Document {
  // The types of the DOM know strings only.
  return new DOMParser().parseFromString((policy?.createHTML(html) ?? html) as string, 'text/html')
}

/** The address of a script that came with the app, for a worker. */
export function ownScript(url: string): string {
  // As above.
  return (policy?.createScriptURL(url) ?? url) as string
}
