import { useHasTasks } from '../hooks.ts'
import css from './board.module.css'

/** What to do on a board without tasks. */
export function FirstSteps({ mayCreate }: { readonly mayCreate: boolean }) {
  if (useHasTasks()) return null
  return (
    <div className={css['first']}>
      <div className={css['firstBox']}>
        <h2 className={css['firstTitle']}>A board to share</h2>
        {mayCreate ? null : <p>Nothing is here yet. What others add appears by itself.</p>}
        <p hidden={!mayCreate}>
          Write the first task at the top of a column and press <kbd>Enter</kbd>, or press <kbd>C</kbd> for one with details. Then
          invite whoever works with you, people or agents.
        </p>
        <p>
          <kbd>?</kbd> shows all keys.
        </p>
      </div>
    </div>
  )
}
