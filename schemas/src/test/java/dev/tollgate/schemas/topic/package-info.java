/** Tests of the topics. */
@NullMarked
package dev.tollgate.schemas.topic;

import org.jspecify.annotations.NullMarked;
