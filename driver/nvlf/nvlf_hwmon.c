// SPDX-License-Identifier: GPL-2.0-only
/*
 * nvlf_hwmon.c - temperature and power of endpoints and switches, as
 * sensors(1) and others read them. The registers are the same on both.
 */
#include <linux/hwmon.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/units.h>

#include "nvlf_nl.h"

/**
 * struct nvlf_sensors - what belongs to an instance
 * @owner: enum nvlf_owner
 * @id: target id or switch number
 * @temperature_max: above it the device logs that it is too hot; thousandths
 *	of a degree Celsius
 * @name: of its driver, as hwmon allows it
 */
struct nvlf_sensors {
	u32 owner;
	u32 id;
	s32 temperature_max;
	char *name;
};

static umode_t nvlf_hwmon_visible(const void *data,
				  enum hwmon_sensor_types type, u32 attr,
				  int channel)
{
	return 0444;
}

static int nvlf_hwmon_register_read(const struct nvlf_sensors *sensors,
				    unsigned int reg, u32 *value)
{
	struct nvlf_fabric *f = &nvlf_fabric;
	struct nvlf_device dev;
	int err = -ENODATA;

	mutex_lock(&f->change);
	if (nvlf_device_find(f, sensors->owner, sensors->id, &dev) &&
	    nvlf_device_begin(&dev)) {
		*value = readl(dev.common + reg);
		if (nvlf_device_answers(&dev))
			err = 0;
		nvlf_device_end(&dev);
	}
	mutex_unlock(&f->change);
	return err;
}

/* All that is visible is in nvlf_hwmon_info. */
static int nvlf_hwmon_read(struct device *dev, enum hwmon_sensor_types type,
			   u32 attr, int channel, long *value)
{
	const struct nvlf_sensors *sensors = dev_get_drvdata(dev);
	u32 raw = 0;
	int err;

	if (type == hwmon_temp && attr == hwmon_temp_max) {
		*value = sensors->temperature_max;
		return 0;
	}
	if (type == hwmon_temp && attr == hwmon_temp_input) {
		err = nvlf_hwmon_register_read(sensors, NVL_REG_TEMPERATURE,
					       &raw);
		*value = (s32)raw;
		return err;
	}
	if (type == hwmon_power && attr == hwmon_power_input) {
		err = nvlf_hwmon_register_read(sensors, NVL_REG_POWER, &raw);
		/* The kernel counts it in microwatts */
		*value = (long)raw * MILLI;
		return err;
	}
	return -EOPNOTSUPP;
}

static const struct hwmon_channel_info *const nvlf_hwmon_info[] = {
	HWMON_CHANNEL_INFO(temp, HWMON_T_INPUT | HWMON_T_MAX),
	HWMON_CHANNEL_INFO(power, HWMON_P_INPUT), NULL
};

static const struct hwmon_ops nvlf_hwmon_ops = {
	.is_visible = nvlf_hwmon_visible,
	.read = nvlf_hwmon_read,
};

static const struct hwmon_chip_info nvlf_hwmon_chip = {
	.ops = &nvlf_hwmon_ops,
	.info = nvlf_hwmon_info,
};

/**
 * nvlf_hwmon_register() - make the hwmon instance of a device
 * @dev: the device
 * @owner: enum nvlf_owner
 * @id: target id or switch number; registered
 * @temperature_max: thousandths of a degree Celsius
 *
 * Context: process; not under change, which readers take.
 * Return: for nvlf_hwmon_unregister(), or an ERR_PTR.
 */
struct device *nvlf_hwmon_register(struct device *dev, u32 owner, u32 id,
				   s32 temperature_max)
{
	struct nvlf_sensors *sensors;
	struct device *hwmon;

	sensors = kzalloc(sizeof(*sensors), GFP_KERNEL);
	if (!sensors)
		return ERR_PTR(-ENOMEM);
	sensors->owner = owner;
	sensors->id = id;
	sensors->temperature_max = temperature_max;
	sensors->name = hwmon_sanitize_name(dev_driver_string(dev));
	if (IS_ERR(sensors->name)) {
		hwmon = ERR_CAST(sensors->name);
		goto err_free;
	}
	hwmon = hwmon_device_register_with_info(dev, sensors->name, sensors,
						&nvlf_hwmon_chip, NULL);
	if (IS_ERR(hwmon))
		goto err_name;
	return hwmon;

err_name:
	kfree(sensors->name);
err_free:
	kfree(sensors);
	return hwmon;
}

/**
 * nvlf_hwmon_unregister() - undo nvlf_hwmon_register()
 * @hwmon: from it; nobody reads any more when this returns
 *
 * Context: process; not under change, which readers take.
 */
void nvlf_hwmon_unregister(struct device *hwmon)
{
	struct nvlf_sensors *sensors = dev_get_drvdata(hwmon);

	hwmon_device_unregister(hwmon);
	kfree(sensors->name);
	kfree(sensors);
}
