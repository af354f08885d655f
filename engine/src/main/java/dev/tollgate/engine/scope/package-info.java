/** Where the engine keeps the buckets of projects and API keys: implemented by who keeps an account's state. */
@NullMarked
package dev.tollgate.engine.scope;

import org.jspecify.annotations.NullMarked;
