/**
 * The door where people sign in with a password for a program of theirs: the page that asks them, the redirect that carries the code to the
 * program, and the endpoint where the program trades it for credentials (AWS's `/v1/authorize` and `/v1/token`).
 * It owns their forms on the wire. It never proves a person, decides, makes a credential or writes a record: the corridor for people does.
 * Called by main, in front of the pipeline.
 */
export { createOAuthDoor, type OAuthDoorOptions } from './oauth-door.ts';
