/** What tabs and their service worker agree on. */

/** From a tab to a version that waits: be the one that counts. */
export const TAKE_OVER = 'worknode take over'

/** Held by every tab, followed by the address of the script that it started from. */
export const TAB_LOCK = 'worknode tab '
