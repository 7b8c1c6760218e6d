import type { ComponentProps, ReactNode } from 'react'
import css from './button.module.css'

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: 'plain' | 'outline' | 'primary' | 'danger'
  readonly size?: 'normal' | 'large'
  readonly children: ReactNode
}

export function Button({ look = 'plain', size = 'normal', type = 'button', className, ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={className ? `${css['button']} ${className}` : css['button']}
      data-look={look}
      data-size={size}
    />
  )
}

interface IconButtonProps extends Omit<ButtonProps, 'aria-label'> {
  /** Says what the button does; also its tooltip. */
  readonly label: string
}

export function IconButton({ label, ...rest }: IconButtonProps) {
  return <Button title={label} {...rest} aria-label={label} data-icon="" />
}
