/* The distances, as Lantern defines them: <-> is the *squared* Euclidean distance. */
#include "stub.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"

#include <math.h>

PG_FUNCTION_INFO_V1(stub_l2sq_dist);
PG_FUNCTION_INFO_V1(stub_cos_dist);
PG_FUNCTION_INFO_V1(stub_hamming_dist);

static int same_count(ArrayType *a, ArrayType *b) {
    const int count_a = ArrayGetNItems(ARR_NDIM(a), ARR_DIMS(a));
    const int count_b = ArrayGetNItems(ARR_NDIM(b), ARR_DIMS(b));
    if (array_contains_nulls(a) || array_contains_nulls(b)) {
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("vectors must not contain nulls")));
    }
    if (count_a != count_b) {
        ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected equally sized arrays but got arrays with dimensions %d and %d", count_a, count_b)));
    }
    return count_a;
}

Datum stub_l2sq_dist(PG_FUNCTION_ARGS) {
    ArrayType *a = PG_GETARG_ARRAYTYPE_P(0);
    ArrayType *b = PG_GETARG_ARRAYTYPE_P(1);
    const int count = same_count(a, b);
    const float4 *x = (const float4 *)ARR_DATA_PTR(a);
    const float4 *y = (const float4 *)ARR_DATA_PTR(b);
    double sum = 0;
    for (int i = 0; i < count; ++i) sum += ((double)x[i] - y[i]) * ((double)x[i] - y[i]);
    PG_RETURN_FLOAT4((float4)sum);
}

Datum stub_cos_dist(PG_FUNCTION_ARGS) {
    ArrayType *a = PG_GETARG_ARRAYTYPE_P(0);
    ArrayType *b = PG_GETARG_ARRAYTYPE_P(1);
    const int count = same_count(a, b);
    const float4 *x = (const float4 *)ARR_DATA_PTR(a);
    const float4 *y = (const float4 *)ARR_DATA_PTR(b);
    double product = 0, norm_x = 0, norm_y = 0;
    for (int i = 0; i < count; ++i) {
        product += (double)x[i] * y[i];
        norm_x += (double)x[i] * x[i];
        norm_y += (double)y[i] * y[i];
    }
    PG_RETURN_FLOAT4((float4)(1 - product / sqrt(norm_x * norm_y)));
}

Datum stub_hamming_dist(PG_FUNCTION_ARGS) {
    ArrayType *a = PG_GETARG_ARRAYTYPE_P(0);
    ArrayType *b = PG_GETARG_ARRAYTYPE_P(1);
    const int count = same_count(a, b);
    const uint32 *x = (const uint32 *)ARR_DATA_PTR(a);
    const uint32 *y = (const uint32 *)ARR_DATA_PTR(b);
    int32 bits = 0;
    for (int i = 0; i < count; ++i) bits += pg_popcount32(x[i] ^ y[i]);
    PG_RETURN_INT32(bits);
}
