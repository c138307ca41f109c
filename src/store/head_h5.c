#include "store/head.h"

#include <errno.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool write_doubles(hid_t file, const char *name, int ranks, const hsize_t *shape,
                          const double *value)
{
    hid_t space = H5Screate_simple(ranks, shape, NULL);
    hid_t set =
        H5Dcreate2(file, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool done =
        set >= 0 && H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0;
    if (set >= 0) done = H5Dclose(set) >= 0 && done;
    if (space >= 0) H5Sclose(space);
    return done;
}

static bool write_text(hid_t file, const char *name, const char *value)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    H5Tset_size(type, *value ? strlen(value) : 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool done = attribute >= 0 && H5Awrite(attribute, type, value) >= 0;
    if (attribute >= 0) H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    return done;
}

/* "0", or "0 1 2 3 4" where labels were merged: the raw labels of each class, a line each. */
static void list_labels(const llr_layer_t *layer, llr_text_t *out)
{
    const llr_job_dataset_t *task = layer->dataset->job;
    for (int32_t c = 0; c < layer->dataset->facts.shape.classes; c++) {
        llr_text_add(out, c ? "\n" : "%s", "");
        if (task->merges)
            for (int32_t i = 0; i < task->merge_count[c]; i++)
                llr_text_add(out, "%s%d", i ? " " : "", task->merge[c][i]);
        else
            llr_text_add(out, "%d", task->classes ? task->classes[c] : c);
    }
}

static bool write_attributes(hid_t file, const llr_layer_t *layer)
{
    llr_text_t labels = {0};
    int64_t index = layer->dataset->job - layer->job->dataset;
    llr_preprocess_t preprocess = llr_job_preprocess(layer->job, index)->kind;
    list_labels(layer, &labels);
    bool done = write_text(file, "key", layer->key) &&
                write_text(file, "dataset", layer->dataset->job->name) &&
                write_text(file, "loss", llr_loss_name(layer->loss)) &&
                write_text(file, "preprocess", llr_preprocess_name(preprocess)) &&
                write_text(file, "classes", labels.data ? labels.data : "") &&
                write_text(file, "use",
                           "scores = theta x + b on raw features; shift and scale are folded in");
    llr_text_destroy(&labels);
    return done;
}

static bool write_all(hid_t file, const llr_layer_t *layer)
{
    hsize_t columns = (hsize_t)llr_columns(layer->dataset->facts.shape.classes);
    hsize_t dim = (hsize_t)layer->dataset->facts.columns;
    return write_doubles(file, "theta", 2, (hsize_t[]){columns, dim}, layer->theta) &&
           write_doubles(file, "b", 1, &columns, layer->b) &&
           write_doubles(file, "shift", 1, &dim, layer->shift) &&
           write_doubles(file, "scale", 1, &dim, layer->scale) && write_attributes(file, layer);
}

llr_code_t llr_layer_write(const llr_layer_t *layer, const char *path, llr_error_t *error)
{
    llr_text_t aside = {0};
    llr_text_add(&aside, "%s.%d.tmp", path, (int)getpid());
    if (aside.failed) return llr_fail_memory(error, aside.length, "a path");
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    errno = 0;
    hid_t file = H5Fcreate(aside.data, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    bool done = file >= 0 && write_all(file, layer);
    if (file >= 0) done = H5Fclose(file) >= 0 && done;
    done = done && !rename(aside.data, path);
    llr_code_t code = done ? LLR_OK
                           : llr_fail(error, LLR_FAILED, "%s: cannot be written: %s", path,
                                      strerror(errno ? errno : EIO));
    if (!done) unlink(aside.data);
    llr_text_destroy(&aside);
    return code;
}
