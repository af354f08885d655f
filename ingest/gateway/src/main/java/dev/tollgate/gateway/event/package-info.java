/**
 * Reads request events out of JSON, JSON lines and CloudEvents: strictly, in bounded memory, with every problem at its
 * place.
 */
@NullMarked
package dev.tollgate.gateway.event;

import org.jspecify.annotations.NullMarked;
