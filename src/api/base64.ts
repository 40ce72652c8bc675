/** Base64 of UTF-8 text. */
export function base64Of(text: string): string {
  // One by one: of a large text the bytes are more than a function takes as arguments.
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return btoa(bytes.join(""));
}

/** The text behind valid base64. */
export function base64Text(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
}
