import { Check, Copy, QrCode as QrIcon } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../kit/button.tsx'
import { Field } from '../kit/field.tsx'
import css from './invite-dialog.module.css'
import { QrCode } from './qr-code.tsx'

interface Props {
  readonly label: string
  /** Empty while it is being made. */
  readonly link: string
}

/** A link to hand on: as text, by the clipboard, or for a camera. */
export function SecretLink({ label, link }: Props) {
  const [tried, setTried] = useState<{ readonly link: string; readonly how: 'copied' | 'by-hand' } | null>(null)
  const [asCode, setAsCode] = useState(false)
  const how = tried?.link === link ? tried.how : null
  const copy = (): void => {
    navigator.clipboard.writeText(link).then(
      () => setTried({ link, how: 'copied' }),
      // Forbidden here, or the page has lost its focus: the link is selected, the keyboard can copy it.
      () => setTried({ link, how: 'by-hand' }),
    )
  }
  return (
    <>
      <Field label={label}>
        {(props) => (
          <>
            <div className={css['copy']}>
              <input
                {...props}
                readOnly
                value={link}
                placeholder="Making a link …"
                onFocus={(event) => event.target.select()}
                spellCheck={false}
              />
              <Button look="primary" onClick={copy} disabled={link === ''}>
                {how === 'copied' ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
                {how === 'copied' ? 'Copied' : 'Copy'}
              </Button>
              <Button look="outline" onClick={() => setAsCode(!asCode)} aria-pressed={asCode} disabled={link === ''}>
                <QrIcon size={15} aria-hidden /> QR code
              </Button>
            </div>
            <p className={css['note']} aria-live="polite">
              {how === 'by-hand' ? 'The browser did not let the page copy. Select the link and copy it by hand.' : ''}
            </p>
          </>
        )}
      </Field>
      {asCode && link !== '' ? <QrCode text={link} label={`${label} as a QR code`} /> : null}
    </>
  )
}
