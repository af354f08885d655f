/** The topics of Tollgate as code: names, keys, retention and layout, and the tool that creates them. */
@NullMarked
package dev.tollgate.schemas.topic;

import org.jspecify.annotations.NullMarked;
