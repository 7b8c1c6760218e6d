import type { WorkNode } from '../../core/fold.ts'
import { isPicture } from '../../core/mime.ts'
import type { DocumentRow } from '../../replica/document-row.ts'
import type { Replica } from '../../replica/replica.ts'
import { textOf } from '../../replica/text.ts'
import { saveFile } from '../save-file.ts'
import { base64In } from './build-preview.ts'

/** Hands the document to the browser to keep, as a file of its name. */
export function downloadDocument(replica: Replica, { id, path, mime }: DocumentRow): void {
  const text = textOf(replica.nodes.get(id) as WorkNode, 'content', replica.history)
  const bytes = isPicture(mime) ? bytesOf(text) : text
  saveFile([bytes], path.slice(path.lastIndexOf('/') + 1))
}

/** What is no base64, whoever wrote it, is handed over as it is. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> | string {
  try {
    return Uint8Array.from(atob(base64In(text)), (letter) => letter.charCodeAt(0))
  } catch {
    // As said above.
    return text
  }
}
