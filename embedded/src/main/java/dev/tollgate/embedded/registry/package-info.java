/** Apicurio Registry, which speaks Confluent's schema registry API, as a child process. */
@NullMarked
package dev.tollgate.embedded.registry;

import org.jspecify.annotations.NullMarked;
