export function Logo({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" fill="#5558d9" />
      <path d="M8 10.5v4M16 10.5v11M24 10.5v7" stroke="#fff" strokeWidth="4" strokeLinecap="round" />
    </svg>
  )
}
