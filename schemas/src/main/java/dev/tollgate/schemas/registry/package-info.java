/**
 * Client of a schema registry with Confluent's REST API: registers, looks up and fetches schemas, remembers the answers
 * and tells a registry that says no from one that does not answer.
 */
@NullMarked
package dev.tollgate.schemas.registry;

import org.jspecify.annotations.NullMarked;
