/**
 * What test files find in their sandbox: `test` and `assert`, and nothing else. What it answers is in the hands of whoever set the
 * sandbox up; tests never see it. It is read as text and has no import, so that it runs in any engine.
 */
function createHarness() {
  const { stringify } = JSON
  const words = String
  const tests = []
  let file = ''

  globalThis.test = (title, run) => {
    tests.push({ file, title: words(title), run })
  }

  globalThis.assert = Object.assign(
    (condition, why = 'what was asserted is not so') => {
      if (!condition) throw new Error(why)
    },
    {
      equal(actual, expected, why) {
        if (!isSame(actual, expected)) throw new Error(why ?? `${shown(actual)} is not ${shown(expected)}`)
      },
      throws(run, why = 'it did not throw') {
        try {
          run()
        } catch {
          return
        }
        throw new Error(why)
      },
    },
  )

  function isSame(a, b) {
    if (Object.is(a, b)) return true
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
    if (Array.isArray(a) !== Array.isArray(b)) return false
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  }

  function shown(value) {
    return typeof value === 'function' ? 'a function' : (stringify(value) ?? words(value))
  }

  return {
    /** The tests that come next are in this file. */
    begin(path) {
      file = path
    },
    async run() {
      const results = []
      for (const { file: path, title, run } of tests) {
        let fault = null
        try {
          await run()
        } catch (error) {
          fault = words(error?.message ?? error)
        }
        results.push({ file: path, title, fault })
      }
      return results
    },
  }
}
