/**
 * Sign-in: where a broker trades a session for a sign-in token, and a browser trades that for a cookie; and the page that says who one is.
 * It owns the forms of these on the wire: parameters, cookie, redirect, page. It never proves a session, decides or writes a record:
 * the corridor for sign-in does. Called by main, in front of the pipeline.
 */
export { createSignInDoor, isForSignIn, type SignInDoorOptions } from './sign-in-door.ts';
