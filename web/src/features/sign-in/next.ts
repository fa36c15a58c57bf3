/** Where to go after a provider has sent the browser back; kept for this tab. */
export const NEXT = 'nanoos.next';
